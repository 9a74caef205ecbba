"""Speed and memory, each figure beside a peer that is measured in the same run.

`python -m benchmarks NAME` (or `manage.py benchmark NAME`) runs the module of that name
over a state folder of its own, so the records of the shop are never touched.
"""
