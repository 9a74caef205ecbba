"""The stack as shipped: Django's own deployment checks, headers, and what must not be loaded."""

import ast
import subprocess
import sys

import pytest

from tests.factories import UserFactory
from tests.processes import ROOT, environment

PAGES = ("/login/", "/help/", "/", "/customers/", "/tickets/", "/audit/", "/admin/", "/nowhere/")
# runs code that a file of a model may hold
UNSAFE = {("torch", "load"), ("joblib", "load"), ("pickle", "load"), ("pickle", "loads")}


def test_the_deployment_checks_find_nothing(db):
    ended = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment(HTTPS="true", SECRET_KEY="x" * 20 + "abcdefghijklmnopqrstuvwxyz012345"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("path", PAGES)
def test_every_page_comes_with_the_strict_headers(client, db, path):
    user = UserFactory(username="admin", role="admin", is_staff=True, is_superuser=True)
    if path not in ("/login/", "/help/"):
        client.force_login(user)
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]


def test_cookies_are_for_this_site_alone(client, db, settings):
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == settings.CSRF_COOKIE_SAMESITE == "Lax"


def sources():
    for folder in ("crm_site", "customers", "intelligence"):
        yield from (ROOT / folder).rglob("*.py")


def faults_in(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            if (owner, node.func.attr) in UNSAFE:
                yield f"{path}:{node.lineno} {owner}.{node.func.attr}"
        if isinstance(node, ast.keyword) and node.arg in ("trust_remote_code", "allow_pickle"):
            is_off = isinstance(node.value, ast.Constant) and node.value.value is False
            yield from () if is_off else (f"{path}:{node.lineno} {node.arg}",)
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            yield from (f"{path} imports {name}" for name in names if name in ("pickle", "joblib"))


def test_nothing_loads_what_can_run_code():
    assert [fault for path in sources() for fault in faults_in(path)] == []


def test_the_rule_finds_what_it_is_for(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("import pickle\npickle.load(f)\ntorch.load(p)\nnp.load(p, allow_pickle=True)\n")
    assert len(list(faults_in(bad))) == 4
