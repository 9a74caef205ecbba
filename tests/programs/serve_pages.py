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
from customers.partners.keys import issue  # noqa: E402

TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = "application/json, text/event-stream"
TICKET = {"subject": "Kettle", "body": "It leaks."}


def main(username, *addresses):
    """Serve, and print what was answered and what was imported."""
    client = Client(SERVER_NAME="localhost")
    user = User.objects.get(username=username)
    client.force_login(user)
    answers = {address: client.get(address).status_code for address in addresses}
    posted = client.post("/api/v1/tickets/", TICKET, content_type="application/json")
    _key, secret = issue(user, name="agent", by=user, scopes=["tickets:read"])
    headers = {"Authorization": f"Bearer {secret}", "Accept": ACCEPT}
    told = Client(SERVER_NAME="localhost", headers=headers).post(
        "/mcp/", TOOLS, content_type="application/json"
    )
    report = {
        "application": type(application).__name__,
        "answers": answers,
        "posted": posted.status_code,
        "tools": [tool["name"] for tool in told.json()["result"]["tools"]],
        "imported": guard.found(),
    }
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
