"""Audiences: the rules that choose customers, from JSON or a form to one condition.

`kinds` says what can be asked of a value, `fields` of what, `reading` checks a tree of
rules, `compiling` makes a `Q` of it, `words` a sentence; `builder` is the form on screen,
`counting` the size of what it chooses, `comparison` two of them side by side.
"""
