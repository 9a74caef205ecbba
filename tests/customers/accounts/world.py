"""A shop whose every record is foreign to whom the matrix sends, with words to find them by."""

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from customers import models
from tests.factories import NOON, CustomerFactory
from tests.routes import make_rows

FOREIGN = "quuxforeign"  # in whatever is somebody's
HIDDEN = "quuxhidden"  # in fields that a role is not shown
HIDDEN_PHONE = "+15550173219"
HIDDEN_SUM = "7654321"
# Records that are somebody's: who does not reach them is told that they are not there.
SOMEBODYS = {
    *("customer", "contactpoint", "customernote", "task", "ticket", "journalentry"),
    *("assistevent", "attachment", "draft", "message", "order", "question", "export"),
    *("bulkedit", "duplicatepair", "import", "automaticlabel", "finding", "savedview"),
}


def numbered(word):
    return Concat(Value(f"{word}-"), Cast("pk", CharField()))


def make_world():
    """The rows by their names; each of somebody carries the words."""
    rows = make_rows()
    rows["review"].customer = rows["customer"]
    rows["review"].save()
    everything = models.Customer.objects.all()
    everything.update(
        name=numbered(FOREIGN),
        email=Concat(numbered(HIDDEN), Value("@quux.example")),
        phone=HIDDEN_PHONE,
        city=HIDDEN,
        notes=HIDDEN,
        spent_total=HIDDEN_SUM,
        average_order_value=HIDDEN_SUM,
        expected_value=HIDDEN_SUM,
        source="elsewhere",
    )
    models.Ticket.objects.update(subject=numbered(FOREIGN), source="elsewhere")
    models.Message.objects.update(body=f"I am {FOREIGN}", source="elsewhere")
    models.Order.objects.update(
        number=numbered(FOREIGN), shipping_address={"line1": HIDDEN}, source="elsewhere"
    )
    models.Review.objects.exclude(customer=None).update(body=FOREIGN, source="elsewhere")
    models.CustomerNote.objects.update(body=FOREIGN)
    models.Task.objects.update(title=FOREIGN)
    models.Question.objects.update(text=f"Who is {FOREIGN}?", user=None)
    models.Draft.objects.update(text=FOREIGN)
    models.Attachment.objects.update(name=f"{FOREIGN}.txt")
    models.ContactPoint.objects.update(
        kind="email", value=f"{HIDDEN}@quux.example", normalised=f"{HIDDEN}@quux.example"
    )
    models.SavedView.objects.update(shared_with="nobody")
    nameless = CustomerFactory(name="", email=f"{HIDDEN}@quux.example", source="elsewhere")
    models.Ticket.objects.create(customer=nameless, subject=FOREIGN, opened_at=NOON)
    return rows


def stand_of(rows):
    """Everything of the rows that are somebody's, to see that nothing was written."""
    names = ("customer", "ticket", "message", "order", "customernote", "task", "contactpoint")
    return {
        (name, values[0]): str(values)
        for name in (*names, "draft", "question", "attachment")
        for values in type(rows[name])._base_manager.values_list("pk", *fields_of(rows[name]))
    }


def fields_of(row):
    return [field.name for field in row._meta.concrete_fields]


def body_of(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8", "replace").lower()
