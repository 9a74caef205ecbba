#!/usr/bin/env python
"""The command line of Rapport."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path

from django.core.management import execute_from_command_line

from crm_site.services.errors import ServiceError
from crm_site.services.on_demand import ensure_postgres
from crm_site.services.preflight import check_space

# Commands that bring their own database or need none.
WITHOUT_DATABASE = {
    *("up", "benchmark", "check", "help", "version", "collectstatic", "makemessages"),
    *("compilemessages", "sbom", "spectacular", "test", "train", "evaluate"),
}


def main(arguments: list[str]) -> None:
    """Run a command; the embedded database is started for it when nobody runs it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_site.settings")
    command = arguments[1] if len(arguments) > 1 else "help"
    default = Path(__file__).resolve().parent / "var"
    var = Path(os.environ.get("RAPPORT_VAR") or default).resolve()
    check_space(var)
    own = not (os.environ.get("DATABASE_URL") or command in WITHOUT_DATABASE)
    with ensure_postgres(var) if own and "--help" not in arguments else nullcontext():
        execute_from_command_line(arguments)


if __name__ == "__main__":
    try:
        main(sys.argv)
    except ServiceError as error:
        sys.exit(f"Error: {error}")
