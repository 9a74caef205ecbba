"""The CRM without `intelligence`: migrates, saves and serves, on the empty database given.

Usage: python -m tests.programs.crm_alone ADDRESS ...
"""

import json
import sys

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client

django.setup()

from customers.models import Customer, Message, Ticket, User  # noqa: E402  # needs the apps


def main(*addresses):
    """Do all that, and print what came of it."""
    call_command("migrate", verbosity=0)
    user = User.objects.create_superuser("admin")
    ticket = Ticket.objects.create(customer=Customer.objects.create(name="Ada"), subject="Kettle")
    ticket.add_message("It leaks.", author_kind=Message.Author.CUSTOMER)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    addresses += (f"/tickets/{ticket.pk}/", f"/customers/{ticket.customer_id}/")
    report = {
        "answers": {address: client.get(address).status_code for address in addresses},
        "pending": Message.objects.pending().count(),
        "tables": [
            table
            for table in connection.introspection.table_names()
            if table.startswith("intelligence")
        ],
        "installed": apps.is_installed("intelligence"),
        "imported": sorted(name for name in sys.modules if name.split(".")[0] == "intelligence"),
    }
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
