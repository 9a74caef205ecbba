"""Collecting static files, only when one of them changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_when_changed() -> bool:
    """Run `collectstatic` when a file was added or changed; whether it ran."""
    stamp = Path(settings.VAR_DIR, "static.stamp")
    present = _fingerprint()
    if stamp.exists() and stamp.read_text() == present:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(present)
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for path, storage in finder.list(None):
            changed = storage.get_modified_time(path).timestamp()
            digest.update(f"{path} {changed} {storage.size(path)}\n".encode())
    return digest.hexdigest()
