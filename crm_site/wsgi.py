"""The web application as the server loads it."""

import os

from django.core.wsgi import get_wsgi_application

from crm_site.services.process import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_site.settings")

die_with_parent(parent=os.getppid())  # a web process must not outlive a server that was killed

application = get_wsgi_application()
