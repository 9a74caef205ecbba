"""Alarms: one small rule a file, each a function of the time that finds what changed.

A rule compares the last days with the time before, in counts. It finds a subject when the
change is large enough to matter and chance alone would give it with a probability of at
most `ALPHA` shared among all subjects that there are (Bonferroni), those with too few
rows among them, for next week these may have enough. So one rule over a whole shop goes
wrong in one of two hundred looks at unrelated data. Two looks at the same days are no two
chances: what is found again is the same alarm.

Nothing here knows of models: it reads the columns that they keep.
"""
