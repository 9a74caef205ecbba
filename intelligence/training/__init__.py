"""Training engines from tables: `manage.py train`."""
