"""The web application as the server loads it."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from crm_site.services.process import die_with_parent

GARBAGE_LIMITS = (20_000, 20, 100)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_site.settings")

die_with_parent(parent=os.getppid())  # a web process must not outlive a server that was killed

application = get_wsgi_application()

# What is loaded stays: to look through all of it for garbage, again and again in the middle of
# requests, is work for nothing. What requests leave behind is mostly freed without.
gc.freeze()
gc.set_threshold(*GARBAGE_LIMITS)
