"""A person whose every registered column holds a word that stands nowhere else."""

import json
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import connection, models
from pgvector import SparseVector

from customers.models import (
    AccessExport,
    AuditEntry,
    BulkEdit,
    Company,
    Consent,
    ContactPoint,
    Customer,
    CustomerNote,
    DuplicatePair,
    Export,
    IdempotentReply,
    JournalChange,
    JournalEntry,
    MeaningSearch,
    MergedKey,
    OrderReturn,
    Presence,
    RefusedRow,
    ReturnItem,
    SavedView,
    StaffMention,
    Task,
    Topic,
    TypedReply,
)
from customers.privacy.data_map import RECORDS
from customers.search.spelling import refresh_words
from intelligence.models import PassageReading, Prediction, TextVector
from tests.factories import (
    AlarmFactory,
    ArticleDraftFactory,
    AspectMentionFactory,
    AssistEventFactory,
    AttachmentFactory,
    AudienceFactory,
    AutomaticLabelFactory,
    CorrectionFactory,
    CustomerFactory,
    DomainEventFactory,
    DraftFactory,
    EgressRecordFactory,
    FindingFactory,
    ImportFactory,
    InboundMailFactory,
    InboundWebhookFactory,
    MessageFactory,
    ModelVersionFactory,
    NoticeFactory,
    OrderFactory,
    OutboundMailFactory,
    PassageFactory,
    ProductFactory,
    ProposalFactory,
    ProspectFactory,
    QuestionFactory,
    RecommendationFactory,
    RecommendationShownFactory,
    ReviewFactory,
    RfmChangeFactory,
    RuleDueFactory,
    RuleRunFactory,
    SatisfactionRatingFactory,
    ShopStatusFactory,
    SourceVersionFactory,
    SummaryFactory,
    TicketFactory,
    TicketSlaFactory,
    TopicFactory,
    UserFactory,
    WeeklyDigestFactory,
)

DIMENSIONS = 384


def vector_of(seed):
    """A direction that no other seed has."""
    return np.random.default_rng(seed).normal(size=DIMENSIONS).astype(np.float32)


class CanaryPerson:
    """A customer with a row of every record of the map. `word` stands in all columns that
    hold personal data, `phone` is their number; `planted` tells where, by record and column.
    """

    def __init__(self, word="canaryqz", phone="+442079460991", seed=1):
        self.word, self.phone, self.seed = word, phone, seed
        self.planted = {}
        self.customer = CustomerFactory(
            source="shop", external_id=f"{word}-key", name=f"{word} Person",
            email=f"{word}@example.com", phone=phone,
        )  # fmt: skip
        self.staff = UserFactory()
        makers = self.makers()
        self.labels = set(makers)
        for label, make in makers.items():
            row = make()
            if row is not None:
                self.plant(label, row)

    def makers(self):
        """By record of the map what makes a row of it."""
        one = self.customer
        ticket = self.ticket = TicketFactory(customer=one, body="")
        message = self.message = MessageFactory(ticket=ticket)
        order = self.order = OrderFactory(customer=one)
        review = self.review = ReviewFactory(customer=one)
        product = ProductFactory()
        topic = TopicFactory()
        by = self.staff
        returned = OrderReturn.objects.create(order=order, reason="other", created_by=by)
        return {
            "customers.Customer": lambda: one,
            "customers.ContactPoint": lambda: ContactPoint.objects.create(
                customer=one, kind="email", value=f"second.{self.word}@example.com"
            ),
            "customers.CustomerNote": lambda: CustomerNote.objects.create(
                customer=one, body="x", by=by
            ),
            "customers.MergedKey": lambda: MergedKey.objects.create(
                source="old", external_id="x", customer=one
            ),
            "customers.Consent": lambda: Consent.objects.create(
                customer=one, purpose="marketing", is_allowed=True, method="form"
            ),
            "customers.LegalHold": lambda: None,  # nobody under a hold is erased
            "customers.AccessExport": lambda: AccessExport.objects.create(customer=one),
            "customers.ErasureRequest": lambda: None,  # the request itself
            "customers.DuplicatePair": lambda: DuplicatePair.objects.create(
                first=one, second=CustomerFactory(), score=0.9
            ),
            "customers.RfmChange": lambda: RfmChangeFactory(customer=one),
            "customers.Alarm": lambda: AlarmFactory(customer=one, product=None, topic=topic),
            "customers.Recommendation": lambda: RecommendationFactory(customer=one),
            "customers.RecommendationShown": lambda: RecommendationShownFactory(customer=one),
            "customers.Prospect": lambda: ProspectFactory(customer=one),
            "customers.AutomaticLabel": lambda: AutomaticLabelFactory(ticket=ticket),
            "customers.Correction": lambda: CorrectionFactory(ticket=ticket, by=by),
            "customers.Summary": lambda: SummaryFactory(ticket=ticket),
            "customers.AspectMention": lambda: AspectMentionFactory(review=review),
            "customers.Order": lambda: order,
            "customers.OrderLine": lambda: order.lines.first(),
            "customers.OrderReturn": lambda: returned,
            "customers.ReturnItem": lambda: ReturnItem.objects.create(
                order_return=returned, product=product, quantity=1, unit_price="1.00"
            ),
            "customers.ShopStatus": lambda: ShopStatusFactory(order=order),
            "customers.Review": lambda: review,
            "customers.Ticket": lambda: ticket,
            "customers.Message": lambda: message,
            "customers.Attachment": lambda: AttachmentFactory(message=message),
            "customers.InboundMail": lambda: InboundMailFactory(message=message),
            "customers.OutboundMail": lambda: OutboundMailFactory(
                message=MessageFactory(ticket=ticket, author_kind="agent")
            ),
            "customers.Draft": lambda: DraftFactory(ticket=ticket),
            "customers.Proposal": lambda: ProposalFactory(ticket=ticket),
            "customers.TypedReply": lambda: TypedReply.objects.create(
                ticket=ticket, user=by, body="x"
            ),
            "customers.Notice": lambda: NoticeFactory(ticket=ticket),
            "customers.Task": lambda: Task.objects.create(title="x", customer=one),
            "customers.AssistEvent": lambda: AssistEventFactory(ticket=ticket),
            "customers.RuleRun": lambda: RuleRunFactory(ticket=ticket),
            "customers.RuleDue": lambda: RuleDueFactory(ticket=ticket),
            "customers.TicketSla": lambda: TicketSlaFactory(ticket=ticket),
            "customers.Presence": lambda: Presence.objects.create(ticket=ticket, user=by),
            "customers.StaffMention": lambda: StaffMention.objects.create(
                message=message, ticket=ticket, user=by
            ),
            "customers.SatisfactionRating": lambda: SatisfactionRatingFactory(ticket=ticket),
            "customers.Question": lambda: QuestionFactory(customer=one, status="answered"),
            # the last: passages follow the messages of their ticket
            "customers.Passage": self.make_passage,
            "intelligence.TextVector": lambda: TextVector.objects.create(
                message=message, embedding=vector_of(self.seed), embedding_version="v"
            ),
            "intelligence.PassageReading": lambda: PassageReading.objects.create(
                passage=self.passage, numbers=[1], weights=SparseVector({0: 1.0}, 1_000_000_000)
            ),
        }

    def make_passage(self):
        self.passage = PassageFactory(article=None, ticket=self.ticket)
        return self.passage

    def plant(self, label, row):
        """The word into every column of a row that the map calls personal."""
        columns = {}
        for name in RECORDS[label].columns:
            field = row._meta.get_field(name)
            value = self.value_for(field)
            if value is not None:
                columns[name] = value
                self.planted[label, name] = value
        if columns:
            models.QuerySet(type(row)).filter(pk=row.pk).update(**columns)

    def value_for(self, field):
        said = f"{self.word} {field.name}"
        if "Vector" in type(field).__name__ or field.get_internal_type() == "BinaryField":
            return None
        if isinstance(field, models.FileField):
            name = f"{self.word}-{field.model.__name__.lower()}.txt"
            return field.storage.save(name, ContentFile(f"{said} in a file".encode()))
        if field.get_internal_type() == "ArrayField":
            is_text = isinstance(field.base_field, models.CharField)
            return [f"{self.word}@example.com"] if is_text else None
        if isinstance(field, models.JSONField):
            return {"said": f"{said} and some more words"}
        if field.name in ("email", "sender", "to_address", "contact_email"):
            return f"{self.word}@example.com"
        if field.name == "phone":
            return self.phone
        return f"{said} of {field.model.__name__.lower()}"[: field.max_length or None]

    def leave_copies(self):
        """Rows of every copy of the map that repeat what the records say."""
        customer = Customer.objects.get(pk=self.customer.pk)
        body = {"id": customer.pk, "name": customer.name, "city": customer.city}
        entry = JournalEntry.objects.create(kind="merged", note=f"{customer.name} → other")
        JournalChange.objects.create(
            entry=entry, model="customers.customer", pks=[customer.pk],
            before=[{"city": customer.city}], after=[{"city": f"{self.word} town"}],
        )  # fmt: skip
        other = CustomerFactory()
        JournalChange.objects.create(
            entry=entry, model="customers.customer", pks=[other.pk, customer.pk],
            before=[{"city": "Leeds"}, {"city": customer.city}], after=[None, None],
        )  # fmt: skip
        IdempotentReply.objects.create(
            caller="c", key=self.word[:5], request_sha256="0" * 64, headers={}, status=200,
            body=json.dumps(body).encode(),
        )  # fmt: skip
        InboundWebhookFactory(body=json.dumps(body).encode())
        about = {"kind": "customer", "external_id": customer.external_id}
        DomainEventFactory(record_id=customer.pk, **about)
        SourceVersionFactory(source=customer.source, **about)
        AuditEntry.objects.create(via="screen", action="seen", kind="customer", pks=[customer.pk])
        MeaningSearch.objects.create(
            text=customer.name, by=self.staff,
            found=[{"kind": "message", "pk": self.message.pk, "cosine": 1}],
        )  # fmt: skip
        job = ImportFactory(
            status="done", sample=[{"email": customer.email}], check_result={"s": customer.name},
            error=customer.email, file_name=f"{customer.email}.csv",
        )  # fmt: skip
        job.file.save("in.csv", ContentFile(f"name\n{customer.name}\n".encode()))
        RefusedRow.objects.create(
            shop_import=job, number=1, reason="x", cells={"email": customer.email, "b": self.word}
        )
        export = Export.objects.create(
            list_name="customers", columns=[], query=f"q={self.word}%40example.com"
        )
        export.file.save("out.csv", ContentFile(customer.name.encode()))
        BulkEdit.objects.create(
            pks=[customer.pk], action="tag", query=urlencode({"q": customer.name}),
            value={"tag": customer.email},
        )  # fmt: skip
        SavedView.objects.create(
            list_name="customers", name="v", owner=self.staff, query=f"q={self.word}%40example.com"
        )
        rules = {"rules": [{"field": "email", "operator": "is", "value": customer.email}]}
        AudienceFactory(rules=rules)
        said = type(self.message).objects.get(pk=self.message.pk).body
        FindingFactory(
            sides=[{"text": said}], sources=[f"ticket:{self.ticket.pk}", "article:1"],
            dismiss_reason=customer.email,
        )  # fmt: skip
        ArticleDraftFactory(sentences=[{"text": said}])
        WeeklyDigestFactory(statements=[{"key": "k", "figures": {"n": customer.name}}])
        Company.objects.create(name=customer.company)
        Company.objects.create(name=f"Company {self.seed}", notes=f"Ask {customer.email} first.")
        EgressRecordFactory(customer=customer, body=f"{self.word} wrote", detail=self.word)
        AlarmFactory(evidence={"subject": customer.name})
        LogEntry.objects.create(
            user=self.staff, content_type=ContentType.objects.get_for_model(Customer),
            object_id=str(customer.pk), object_repr=str(customer), action_flag=CHANGE,
            change_message=customer.email,
        )  # fmt: skip
        Topic.objects.create(
            kind="ticket", words=[[self.word, 1.0], ["parcel", 0.5]], suggested_name=self.word,
            example_pks=[self.ticket.pk],
        )  # fmt: skip
        Prediction.objects.create(
            kind="message", object_id=self.message.pk, task="intent", input_sha256="0" * 64,
            model_version=ModelVersionFactory(), output={"evidence": f"{self.word} said"},
        )  # fmt: skip
        rejects = Path(settings.REJECTS_DIR)
        rejects.mkdir(parents=True, exist_ok=True)
        (rejects / f"{self.seed}.csv").write_text(f"1,reason,{customer.email}\n")
        refresh_words()


def tables():
    """All tables of the database."""
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor)


def dump():
    """By table what a dump of the database says."""
    said = {}
    with connection.cursor() as cursor:
        for table in tables():
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                said[table] = b"".join(bytes(block) for block in copy)
    return said


def places_with(*words):
    """Where any of these words stands: tables of a dump, and files of the state folder."""
    wanted = [word.encode().lower() for word in words]
    wanted += [one.hex().encode() for one in wanted]  # as a dump writes bytes
    found = [table for table, text in dump().items() if any(one in text.lower() for one in wanted)]
    for path in sorted(Path(settings.VAR_DIR).rglob("*")):
        is_database = "postgres" in str(path.relative_to(settings.VAR_DIR)).split("/")[0]
        if path.is_file() and not is_database:
            text = path.read_bytes().lower() + str(path).encode().lower()
            if any(one in text for one in wanted):
                found.append(str(path))
    return found
