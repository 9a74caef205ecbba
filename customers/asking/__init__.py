"""Questions and answers: asking, what may be shown of an answer, and what follows it."""
