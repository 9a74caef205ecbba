"""The interface in Simplified Chinese: the catalogue is whole, and the pages show it."""

import ast
import gettext
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.apps import apps
from django.template.loader import render_to_string
from django.utils.translation import override
from django.utils.translation.template import templatize

from customers.models import (
    Aspect,
    AutomaticLabel,
    Customer,
    Import,
    Message,
    SimilarProduct,
    Ticket,
    Training,
)
from intelligence.engines.customer_features import NAMES
from intelligence.engines.segment import TASTE
from tests.factories import (
    ArticleFactory,
    AspectMentionFactory,
    AutomaticLabelFactory,
    CorrectionFactory,
    CustomerFactory,
    ErrorBudgetFactory,
    ImportFactory,
    ModelVersionFactory,
    OrderFactory,
    ProductFactory,
    PromotionFactory,
    RecommendationFactory,
    ReviewFactory,
    TicketFactory,
    TrainingFactory,
    UserFactory,
)

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "locale/zh_Hans/LC_MESSAGES"
PACKAGES = ("crm_site", "customers", "intelligence")
SOURCES = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

CONTEXT_END = "\x04"  # stands between context and message in a compiled catalogue
MARKERS = {"_", *(f"{kind}gettext{lazy}" for kind in ("", "n", "p") for lazy in ("", "_lazy"))}
MARKERS |= {"gettext_noop"}
LITERAL = r"""(u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(rf"\b(p?)n?gettext\({LITERAL}(?:,\s*{LITERAL})?|\b_\({LITERAL}")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


# The catalogue ---------------------------------------------------------------------------


def entries_of(text):
    """The entries of a .po: keyword to text, and under "#," its flags."""
    for block in text.strip().split("\n\n"):
        entry, keyword = {"#,": ""}, ""
        for line in block.splitlines():
            if line.startswith("#"):
                entry["#,"] += line.removeprefix("#,") if line.startswith("#,") else ""
                continue
            name, quoted = re.fullmatch(r'(?:([\w\[\]]+) )?(".*")', line).groups()
            keyword = name or keyword
            entry[keyword] = entry.get(keyword, "") + ast.literal_eval(quoted)
        yield entry


def key_of(entry):
    context = entry.get("msgctxt")
    return f"{context}{CONTEXT_END}{entry['msgid']}" if context else entry["msgid"]


def said(entry):
    """What a message is in Chinese; Chinese has one form for all numbers."""
    return entry.get("msgstr[0]", entry.get("msgstr", ""))


ENTRIES = list(entries_of((CATALOGUE / "django.po").read_text("utf-8")))
MESSAGES = [entry for entry in ENTRIES if entry["msgid"]]


def test_every_message_is_translated_and_none_is_a_guess():
    assert [entry["msgid"] for entry in MESSAGES if not said(entry)] == []
    assert [entry["msgid"] for entry in ENTRIES if "fuzzy" in entry["#,"]] == []


def test_the_compiled_catalogue_is_that_of_the_source():
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    found = {key if isinstance(key, str) else key[0]: text for key, text in compiled.items()}
    assert found == {key_of(entry): said(entry) for entry in ENTRIES}


def test_placeholders_are_the_same_in_both_languages():
    differing = [
        entry["msgid"]
        for entry in MESSAGES
        if set(PLACEHOLDER.findall(said(entry)))
        != set(PLACEHOLDER.findall(entry.get("msgid_plural", entry["msgid"])))
    ]
    assert differing == []


# What is marked in the sources -----------------------------------------------------------


def marked_in_template(path):
    for is_context, first, second, plain in TEMPLATE_CALL.findall(templatize(path.read_text())):
        texts = [ast.literal_eval(text) for text in (first or plain, second) if text]
        yield CONTEXT_END.join(texts) if is_context else texts[0]


def marked_in_module(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in MARKERS:
            texts = [value.value for value in node.args if isinstance(value, ast.Constant)]
            if texts:
                is_context = ast.unparse(node.func).split(".")[-1].startswith("pgettext")
                yield CONTEXT_END.join(texts[:2]) if is_context else texts[0]


def test_the_catalogue_holds_what_is_marked_and_nothing_else():
    marked = {text for path in TEMPLATES for text in marked_in_template(path)}
    marked |= {text for path in SOURCES for text in marked_in_module(path)}
    known = {key_of(entry) for entry in MESSAGES}
    assert marked - known == set(), "run makemessages, translate, run compilemessages"
    assert known - marked == set(), "run makemessages with --no-obsolete"


class Words(HTMLParser):
    """Collects what people read: text, and the attributes that are shown or read out."""

    READ_OUT = {"title", "alt", "aria-label", "placeholder"}
    UNREAD = {"script", "style", "code", "kbd"}

    def __init__(self, page):
        super().__init__()
        self.texts, self.inside = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.inside.append(tag)
        self.texts += [value or "" for name, value in attrs if name in self.READ_OUT]

    def handle_endtag(self, tag):
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data):
        if not self.UNREAD & set(self.inside):
            self.texts.append(data)

    def latin(self):
        """The words of three Latin letters and more."""
        return set(re.findall(r"[A-Za-z]{3,}", " ".join(self.texts)))


TEMPLATE_SYNTAX = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
UNTRANSLATED = {"Rapport", "HTTP", "PNG", "CSV", "UTC", "ECE", "NDCG", "MRR", "RFM", "JSON"}
BLOCK_TEXT = re.compile(r"\{% (blocktranslate|comment).*?end\1 %\}", re.DOTALL)


def test_no_template_holds_words_that_are_not_marked():
    found = {}
    for path in TEMPLATES:
        page = BLOCK_TEXT.sub("", path.read_text())
        if "<" not in TEMPLATE_SYNTAX.sub("", page):
            page = f"<p {page}>"  # attributes that several tags share
        if words := Words(TEMPLATE_SYNTAX.sub("", page)).latin() - UNTRANSLATED:
            found[str(path.relative_to(ROOT))] = words
    assert found == {}


OWN_MODELS = [model for model in apps.get_models() if model.__module__.startswith(PACKAGES)]


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_every_column_that_the_admin_names_has_a_chinese_name(model):
    fields = [field for field in model._meta.local_fields if field.name not in ("id", "search")]
    with override("zh-hans"):
        names = {field.name: str(field.verbose_name) for field in fields}
    assert {
        name: said
        for name, said in names.items()
        if re.search("[a-z]{3}", said.replace("Webhook", ""))
    } == {}


# The pages -------------------------------------------------------------------------------

PROPER_NAMES = {
    "HTML",
    "Markdown",
    "Online",
    "Retail",
    "Rapport",
    "Enter",
    "Shift",
    "PNG",
    "CSV",
    "UTC",
    "English",
    "API",
    "HTTP",
    "Webhook",
    "SKU",
    "parquet",
    "JSON",
    "Lines",
    "ECE",
    "GBP",
    "MIT",
    "NDCG",
    "MRR",
    "RFM",
    *("Excel", "Parquet", "Shopify", "WooCommerce", "Zendesk", "xlsx", "zip"),
}
ABSTAINED = {
    "label": None,
    "probability": 0.0,
    "distribution": {"get_refund": 0.6, "track_refund": 0.3},
    "abstained": True,
    "reason": "not sure enough: 60%, where 75% is needed",
    "evidence": [],
    "model_version": "0" * 64,
}
SEGMENT = ABSTAINED | {
    "abstained": False,
    "reason": "",
    "model": "模型",
    "threshold": 0.4,
    "evidence": [
        {"kind": "feature", "name": name, "weight": 0.5, "value": 2.5} for name in (*NAMES, TASTE)
    ],
}
FIGURES = {
    "n": 40,
    "accuracy": 0.9,
    "macro_f1": 0.85,
    "ece": 0.04,
    "coverage": 0.8,
    "accuracy_where_said": 0.95,
    "rows_per_second": 90.0,
    "classes": {
        label: {"precision": 0.9, "recall": 0.8, "f1": 0.85, "n": 20}
        for label in ("get_refund", "check_refund_policy")
    },
    "confusion": {
        "labels": ["get_refund", "check_refund_policy"],
        "counts": [[18, 2], [2, 18]],
    },
    "reliability": [[0.95, 0.9, 40]],
    "languages": {"en": {"n": 40, "accuracy": 0.9, "ece": 0.04}},
}
MODEL_CARD = {
    "description": "what the opening message of a ticket is about",
    "labels": ["get_refund"],
    "languages": ["en"],
    "backbone": "",
    "licence": "MIT",
    "threshold": 0.4,
    "training_data": [{"name": "own sentences", "licence": "MIT", "rows": 600}],
    "metrics": {"tickets": {"n": 40, "accuracy": 0.9, "macro_f1": 0.88, "ece": 0.03}},
}
VERDICT = {
    "passed": False,
    "reasons": [
        {"measure": measure, "label": label, "before": 0.9, "after": 0.8, "limit": 0.01}
        for measure, label in (("accuracy", ""), ("f1", "get_refund"))
    ],
}
LANGUAGE_UNKNOWN = ABSTAINED | {"reason": "written in 'fr'; this model reads en only"}


@pytest.fixture(autouse=True)
def language_is_put_back():
    """A request leaves its language active in the thread, where the next test would find it."""
    with override("en"):
        yield


@pytest.fixture
def shop(db):
    """A shop whose people and goods bear Chinese names: the rest of a page is ours."""
    customer = CustomerFactory(name="王小明", email="", country="中国")
    cup, pot = (
        ProductFactory(name="青花杯", sku="1", category="茶具"),
        ProductFactory(name="紫砂壶", sku="2", category="茶具"),
    )
    SimilarProduct.objects.create(product=cup, similar=pot, rank=1, score=0.8)
    order = OrderFactory(customer=customer, number="1001", lines=0, country="中国")
    order.replace_lines([order.lines.model(product=cup, quantity=2, unit_price=cup.price)])
    RecommendationFactory(
        customer=customer,
        product=pot,
        reasons=[{"kind": "purchase", "name": name, "weight": 0.4} for name in ("青花杯", "茶")],
    )
    review = ReviewFactory(
        product=cup,
        customer=customer,
        title="好",
        body="很好用",
        sentiment="positive",
        sentiment_probability=0.9,
    )
    ticket = TicketFactory(subject="退款", customer=customer, order=order, body="请退款")
    ticket.add_message("好的", author_kind="agent")
    Ticket.objects.update(intent_detail=ABSTAINED)
    Message.objects.update(analysed_at="2026-03-02T12:00Z", sentiment_detail=LANGUAGE_UNKNOWN)
    Customer.objects.update(
        suggested_segment="loyal",
        segment_probability=0.8,
        segment_detail=SEGMENT,
        sentiment_score=-0.5,
        order_count=1,
    )
    ArticleFactory(title="退货说明", category="售后", body="三十天内可退货", language="zh")
    run = ImportFactory(file_name="表", source="1", rejected=1)
    Import.objects.update(status="failed", error="表: use a file that ends in .csv, .parquet.")
    AspectMentionFactory(review=review, polarity="positive")
    return {
        "customer": customer,
        "product": cup,
        "order": order,
        "ticket": ticket,
        "import": run,
        "model": serving_model(ticket),
    }


def serving_model(ticket):
    """A model in service with all that its pages tell: what staff said of it, trainings of
    each outcome, a change that failed, and labels that it set by itself.
    """
    staff = UserFactory(username="李雷")
    model = ModelVersionFactory(name="", card=MODEL_CARD, measured=FIGURES, is_serving=True)
    said = {"said_label": "check_refund_policy", "said_probability": 0.5}
    CorrectionFactory(ticket=ticket, by=staff, model_version=model.sha256, **said)
    compared = {"before": FIGURES, "after": FIGURES, "replaces": model}
    TrainingFactory(status="failed", error="3 corrections to learn from; a training needs 10")
    TrainingFactory(status="running", stage="measuring", requested_by=staff)
    TrainingFactory(status="ready", model=model, **compared)
    TrainingFactory(status="refused", verdict=VERDICT, **compared)
    superseded = "a later change of this model took its place"
    PromotionFactory(model=model, status="failed", error=superseded, requested_by=staff)
    PromotionFactory(model=model, status="done", rows_asked=3)
    ErrorBudgetFactory(set_by=staff, model_version=model.sha256)
    for outcome in AutomaticLabel.Outcome.values:
        AutomaticLabelFactory(ticket=ticket, outcome=outcome, settled_by=staff)
    return model


@pytest.fixture
def reader(client, db):
    """A client of a manager, who sees every page, and whose browser asks for Chinese."""
    client.force_login(UserFactory(username="王芳", role="manager"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN,zh;q=0.9"
    return client


def shown(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert '<html lang="zh-hans" dir="ltr">' in page
    return page


LISTS = (
    "",
    "customers/",
    "tickets/",
    "products/",
    "orders/",
    "reviews/",
    "articles/",
    "imports/",
    "models/",
    "corrections/",
    "automation/",
)


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.usefixtures("shop")
def test_a_list_is_all_chinese(reader, address):
    assert Words(shown(reader, f"/{address}")).latin() - PROPER_NAMES == set()


@pytest.mark.parametrize("address", LISTS)
def test_an_empty_list_is_all_chinese(reader, address):
    assert Words(shown(reader, f"/{address}")).latin() - PROPER_NAMES == set()


@pytest.mark.parametrize("noun", ["customer", "product", "order", "ticket", "import", "model"])
def test_the_page_of_a_record_is_all_chinese(reader, shop, noun):
    page = shown(reader, f"/{noun}s/{shop[noun].pk}/")
    assert Words(page).latin() - PROPER_NAMES - {"GBP", "csv"} == set()


@pytest.mark.usefixtures("shop")
def test_the_page_of_a_training_is_all_chinese(reader):
    for job in Training.objects.all():
        page = shown(reader, f"/trainings/{job.pk}/")
        assert Words(page).latin() - PROPER_NAMES == set(), job.status


@pytest.mark.parametrize("taxonomy", ["intents", "segments", "aspects"])
@pytest.mark.usefixtures("shop")
def test_a_taxonomy_is_all_chinese_but_for_its_keywords(reader, taxonomy):
    keywords = Aspect.objects.values_list("keywords", flat=True)
    known = {word for words in keywords for one in words for word in one.split()}
    page = shown(reader, f"/taxonomies/{taxonomy}/")
    assert Words(page).latin() - PROPER_NAMES - known == set()


def test_the_login_is_all_chinese(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    assert Words(shown(client, "/login/")).latin() - PROPER_NAMES == set()


def test_pages_say_in_chinese_what_they_say_in_english(reader, shop):
    assert "可能喜欢" in shown(reader, f"/customers/{shop['customer'].pk}/")
    ticket = shown(reader, f"/tickets/{shop['ticket'].pk}/")
    assert "把握不足：概率 60%，至少需要 75%" in ticket
    assert "文本语言为 fr，该模型仅支持 en" in ticket
    model = shown(reader, f"/models/{shop['model'].pk}/")
    assert "申请退款" in model
    assert "已被该模型之后的变更取代" in model
    assert "配送: 正面" in shown(reader, "/reviews/")
    assert "2026年3月2日" in shown(reader, f"/orders/{shop['order'].pk}/")


def test_the_language_is_chosen_on_every_page(agent_in_english):
    agent_in_english.post("/i18n/setlang/", {"language": "zh-hans"}, headers={"referer": "/"})
    assert "退出登录" in shown(agent_in_english, "/")


@pytest.fixture
def agent_in_english(client, db):
    client.force_login(UserFactory())
    assert "Log out" in client.get("/").content.decode()
    return client


def test_the_page_of_an_error_of_ours_is_chinese():
    with override("zh-hans"):
        assert Words(render_to_string("500.html")).latin() == {"Rapport"}
