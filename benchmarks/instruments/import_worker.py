"""A worker that does what imports wait for, in small chunks, so that it can be killed in each."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_site.settings")
django.setup()

from django.conf import settings  # noqa: E402

from customers.imports import jobs, run  # noqa: E402

settings.MEDIA_ROOT = "/"  # files are named by their whole paths
run.CHUNK_ROWS = int(os.environ.get("CHUNK_ROWS", "2000"))
jobs.NOTE_EVERY_SECONDS = 0
jobs.carry_out_all()
