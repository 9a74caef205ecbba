"""The rules of the house: who may import whom, and conventions that no linter knows."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.contrib.auth.models import AbstractUser
from django.db import models
from importlinter.cli import lint_imports

from customers.models import Analysable
from customers.models.analysable import AnalysableQuerySet
from customers.progress import READ_MODELS
from intelligence.analysis.kinds import KINDS

ROOT = Path(__file__).parents[1]
PACKAGES = ("crm_site", "customers", "intelligence")
OWN_MODELS = [model for model in apps.get_models() if model.__module__.startswith(PACKAGES)]
SOURCES = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

HEAVY = {"torch", "transformers", "tokenizers", "peft"}
LOADERS_OF_CODE = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
UNSAFE_OPTIONS = {"trust_remote_code": False, "allow_pickle": False, "weights_only": True}
DRAWERS = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py", "others.py"}

# Who may declare text to be safe HTML, and why: Markdown is rendered with HTML switched off.
MAKES_SAFE_HTML = {
    "crm_site/form_widgets.py",
    "customers/markdown.py",
    "customers/templatetags/records.py",
    "customers/views/plots.py",
}


def name_of(path):
    return str(path.relative_to(ROOT))


def parsed(path):
    return ast.parse(path.read_text())


def imported_by(node):
    """The modules that an import statement names; nothing for other nodes."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def test_the_contracts_of_import_linter_hold(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    broken = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    assert broken == 0, capsys.readouterr().out


def test_the_records_know_nothing_of_what_reads_them(graph):
    assert not graph.chain_exists("customers", "intelligence", as_packages=True)


@pytest.mark.parametrize("library", sorted(HEAVY))
def test_heavy_libraries_are_imported_by_engines_alone(graph, library):
    importers = graph.find_modules_that_directly_import(library) if library in graph.modules else ()
    assert [name for name in importers if not name.startswith("intelligence.engines.")] == []


def test_engines_import_nothing_of_intelligence_but_engines(graph):
    engines = {"intelligence.engines", *graph.find_descendants("intelligence.engines")}
    imported = {
        name for engine in engines for name in graph.find_modules_directly_imported_by(engine)
    }
    ours = {name for name in imported if name.split(".")[0] in PACKAGES}
    assert ours - engines == set()


def ways_to_load_code(tree):
    """What in this module would run code that comes with data."""
    return sorted(way for node in ast.walk(tree) for way in ways_of(node))


def ways_of(node):
    found = [name for name in imported_by(node) if name.split(".")[0] in LOADERS_OF_CODE]
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
        found.append("torch.load")
    if isinstance(node, ast.keyword) and node.arg in UNSAFE_OPTIONS:
        found += [node.arg] if ast.unparse(node.value) != str(UNSAFE_OPTIONS[node.arg]) else []
    return found


def test_no_module_loads_code_from_data():
    found = {name_of(path): ways_to_load_code(parsed(path)) for path in SOURCES}
    assert {name: ways for name, ways in found.items() if ways} == {}


def test_a_way_to_load_code_would_be_found():
    module = ast.parse("import pickle\ntorch.load(f)\nload(f, trust_remote_code=True)")
    assert ways_to_load_code(module) == ["pickle", "torch.load", "trust_remote_code"]


@pytest.mark.parametrize("package", ["customers", "intelligence"])
def test_the_environment_is_read_by_settings_alone(package):
    readers = [
        name_of(path)
        for path in SOURCES
        if name_of(path).startswith(package)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv")
    ]
    assert readers == []


def test_only_the_allowed_modules_declare_html_safe():
    makers = {name_of(path) for path in SOURCES if re.search(r"\bmark_safe\b", path.read_text())}
    assert makers == MAKES_SAFE_HTML


def test_there_are_no_drawers():
    assert [name_of(path) for path in SOURCES if path.name in DRAWERS] == []


class InlineCode(HTMLParser):
    """Collects what a strict content security policy refuses."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"<{tag}>")
        self.found += [name for name in names if name == "style" or re.match("on|hx-on", name)]
        self.found += [name for name, value in attrs if (value or "").startswith("javascript:")]


def without_template_syntax(text):
    return re.sub(r"\{%.*?%\}|\{#.*?#\}", " ", re.sub(r"\{\{.*?\}\}", "x", text), flags=re.DOTALL)


def inline_code(text):
    page = InlineCode()
    page.feed(without_template_syntax(text))
    return page.found


def test_no_template_holds_inline_code():
    found = {name_of(path): inline_code(path.read_text()) for path in TEMPLATES}
    assert {name: code for name, code in found.items() if code} == {}


def test_inline_code_in_a_template_would_be_found():
    text = '<p style="x"{% if a %} onclick="x()"{% endif %}><script>1</script><script src="a.js">'
    assert inline_code(text) == ["style", "onclick", "<script>"]


def test_no_template_switches_escaping_off():
    off = re.compile(r"\|\s*safe\w*\b|autoescape\s+off")
    assert [name_of(path) for path in TEMPLATES if off.search(path.read_text())] == []


def own_fields(kind):
    inherited = {field.name for field in AbstractUser._meta.get_fields()}
    for model in OWN_MODELS:
        for field in model._meta.local_fields:
            if type(field) is kind and field.name not in inherited:
                yield f"{model.__name__}.{field.name}"


def test_points_in_time_end_in_at():
    assert [name for name in own_fields(models.DateTimeField) if not name.endswith("_at")] == []
    assert "Order.placed_at" in list(own_fields(models.DateTimeField))


def test_days_end_in_on():
    assert [name for name in own_fields(models.DateField) if not name.endswith("_on")] == []


ANALYSED = [model for model in OWN_MODELS if issubclass(model, Analysable)]


def test_every_analysable_record_has_a_kind_and_stands_in_the_panel():
    assert {kind.model for kind in KINDS.values()} == set(ANALYSED)
    assert set(READ_MODELS) == set(ANALYSED)


@pytest.mark.parametrize("model", ANALYSED, ids=lambda model: model.__name__)
def test_an_analysable_record_names_its_texts_and_indexes_its_queue(model):
    texts = {field.name for field in model._meta.get_fields()}
    assert set(model.ANALYSED_FIELDS) <= texts
    queue = [index for index in model._meta.indexes if index.name.endswith("_pending")]
    assert [index.fields for index in queue] == [["requested_at"]]
    assert isinstance(model._default_manager.get_queryset(), AnalysableQuerySet)


def test_tests_that_commit_bring_back_the_rows_that_migrations_made():
    """One that does not leaves content types behind, on which the next one's rows fail."""
    committing = [
        f"{name_of(path)}:{number}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if "django_db(transaction=True" in line and "serialized_rollback=True" not in line
    ]
    assert committing == []
