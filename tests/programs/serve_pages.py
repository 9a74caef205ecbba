"""A web process: imports the application as the server does, and serves pages to an agent.

Usage: python -m tests.programs.serve_pages USERNAME ADDRESS ...
"""

import json
import sys

from tests.programs.imports import watch

guard = watch()

from django.test import Client  # noqa: E402  # the watch must stand first

from crm_site.wsgi import application  # noqa: E402
from customers.models import User  # noqa: E402  # needs the apps that wsgi sets up

TICKET = {"subject": "Kettle", "body": "It leaks."}


def main(username, *addresses):
    """Serve, and print what was answered and what was imported."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=username))
    answers = {address: client.get(address).status_code for address in addresses}
    posted = client.post("/api/v1/tickets/", TICKET, content_type="application/json")
    report = {
        "application": type(application).__name__,
        "answers": answers,
        "posted": posted.status_code,
        "imported": guard.found(),
    }
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
