"""If-then rules: what is done to tickets without a person."""
