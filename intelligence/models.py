"""What only the machine needs: the ledger of predictions, vectors."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField, SparseVectorField, VectorField

from customers.models import Message, ModelVersion, Passage, Product, Review, Topic

TERM_NUMBERS = 1_000_000_000  # as many dimensions as a sparse vector may have


class Prediction(models.Model):
    """The append-only ledger: one line for each result that was stored on a record.

    `input_sha256` is of what the model read, so that a prediction can be replayed and a
    text that changed since is told apart.
    """

    kind = models.CharField(_("kind"), max_length=20)
    object_id = models.BigIntegerField(_("row"))
    task = models.CharField(_("task"), max_length=40)
    model_version = models.ForeignKey(
        ModelVersion, models.PROTECT, related_name="predictions", verbose_name=_("model version")
    )
    input_sha256 = models.CharField(_("input sha256"), max_length=64)
    output = models.JSONField(_("output"))
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        indexes = [models.Index(fields=["kind", "object_id", "-id"], name="prediction_by_row")]

    def __str__(self) -> str:
        return f"{self.task} of {self.kind} {self.object_id}"


class ProductVector(models.Model):
    """What the machines know of a product.

    `embedding` is the backbone's reading of the product's text, of unit length. `target`
    and `context` are the vectors of the recommender that was fitted last (q_i with b_i as
    its last entry, and c_j); null for products that are newer than it. Their dimensions
    are those of the models that made them. `bias` is b_i once more, for lists of what sells.
    An index over `target` is made by each fit: `intelligence.recommending.index`.
    """

    product = models.OneToOneField(
        Product, models.CASCADE, primary_key=True, related_name="vector", verbose_name=_("product")
    )
    embedding = VectorField(_("text embedding"))
    embedding_version = models.CharField(max_length=64, verbose_name=_("embedding version"))
    target = VectorField(_("target factors"), null=True)
    context = VectorField(_("context factors"), null=True)
    bias = models.FloatField(_("popularity"), null=True)
    recommender = models.ForeignKey(
        ModelVersion,
        models.SET_NULL,
        null=True,
        related_name="product_vectors",
        verbose_name=_("recommender"),
    )

    class Meta:
        verbose_name = _("product vector")
        verbose_name_plural = _("product vectors")
        # what sells best, of the fit in service
        indexes = [models.Index(fields=["recommender", "-bias"], name="productvector_by_bias")]

    def __str__(self) -> str:
        return str(self.product)


class TextVector(models.Model):
    """The backbone's reading of one text, of unit length, kept when the text was analysed.

    Each row is of one message, one review or one passage, and goes with it; other kinds of
    text get a column of their own. The dimension is that of the encoder
    `embedding_version`: only vectors of one version can be compared. Half precision keeps
    cosines to three decimals. Indexes over them are made when there are many:
    `intelligence.text_index`.
    """

    message = models.OneToOneField(
        Message, models.CASCADE, null=True, related_name="vector", verbose_name=_("message")
    )
    review = models.OneToOneField(
        Review, models.CASCADE, null=True, related_name="vector", verbose_name=_("review")
    )
    passage = models.OneToOneField(
        Passage, models.CASCADE, null=True, related_name="vector", verbose_name=_("passage")
    )
    embedding = HalfVectorField(_("text embedding"))
    embedding_version = models.CharField(max_length=64, verbose_name=_("embedding version"))

    class Meta:
        verbose_name = _("text vector")
        verbose_name_plural = _("text vectors")
        constraints = [
            models.CheckConstraint(
                condition=Q(message__isnull=False, review__isnull=True, passage__isnull=True)
                | Q(message__isnull=True, review__isnull=False, passage__isnull=True)
                | Q(message__isnull=True, review__isnull=True, passage__isnull=False),
                name="textvector_of_one_text",
            ),
        ]

    def __str__(self) -> str:
        return str(self.message or self.review or self.passage)


class PassageReading(models.Model):
    """What search knows of a passage beside its embedding: its terms, by number, what each
    weighs, and how its sentences read.

    `weights` is the passage's factor of BM25 (`intelligence.engines.lexical_terms`): its
    inner product with a question's vector is the score. `numbers` are the same terms, for
    an index that finds the passages that share one with a question. `sentences` are the
    vectors of its first sentences, one after another, by the encoder `embedding_version` of
    the passage's own vector; null where it has none.
    """

    passage = models.OneToOneField(
        Passage, models.CASCADE, primary_key=True, related_name="reading", verbose_name=_("passage")
    )
    numbers = ArrayField(models.IntegerField(), verbose_name=_("terms"))
    weights = SparseVectorField(dimensions=TERM_NUMBERS, verbose_name=_("weights of the terms"))
    sentences = HalfVectorField(_("vectors of the sentences"), null=True)

    class Meta:
        verbose_name = _("reading of a passage")
        verbose_name_plural = _("readings of passages")
        # Without the list of what is yet to be sorted in: each search would read all of it.
        indexes = [GinIndex(fields=["numbers"], name="passagereading_numbers", fastupdate=False)]

    def __str__(self) -> str:
        return str(self.passage)


class TermFrequency(models.Model):
    """In how many passages a term stands, when that was last counted. The number `ALL`
    stands for all passages.
    """

    ALL = -1

    number = models.IntegerField(_("term"), primary_key=True)
    passages = models.PositiveIntegerField(_("passages"))

    class Meta:
        verbose_name = _("frequency of a term")
        verbose_name_plural = _("frequencies of terms")

    def __str__(self) -> str:
        return f"{self.number}: {self.passages}"


class TopicVector(models.Model):
    """Where a topic lies: the centre of its texts, of unit length, and the least cosine to
    it that makes a text a member.
    """

    topic = models.OneToOneField(
        Topic, models.CASCADE, primary_key=True, related_name="vector", verbose_name=_("topic")
    )
    centre = HalfVectorField(_("centre"))
    radius = models.FloatField(_("least cosine"))
    embedding_version = models.CharField(max_length=64, verbose_name=_("embedding version"))

    class Meta:
        verbose_name = _("topic vector")
        verbose_name_plural = _("topic vectors")

    def __str__(self) -> str:
        return str(self.topic)


class TopicFit(models.Model):
    """When the topics of tickets or of reviews were last fitted, to how many texts, and how
    many vectors there were of their kind: what tells when the next fit is due.
    """

    kind = models.CharField(_("of"), max_length=8, choices=Topic.Kind.choices, primary_key=True)
    embedding_version = models.CharField(max_length=64, verbose_name=_("embedding version"))
    texts = models.PositiveIntegerField(_("texts"))
    vectors = models.PositiveIntegerField(_("vectors"))
    fitted_at = models.DateTimeField(_("fitted at"))

    class Meta:
        verbose_name = _("fit of topics")
        verbose_name_plural = _("fits of topics")

    def __str__(self) -> str:
        return f"{self.kind}, {self.fitted_at:%Y-%m-%d %H:%M}"
