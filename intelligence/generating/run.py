"""From texts to a generated text: quota, masking, the engine, and what is left of its answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.audit.recording import Action, Via, record_access
from customers.models import Customer, Generator, GeneratorUse, Purpose, User
from customers.models.generation import GenerationLog
from customers.models.generator import TRIAL, Feature
from customers.privacy.consents import allows
from customers.privacy.masking import Masker, counted, unmask
from customers.unseen import visible
from intelligence.engines.generators.contract import (
    Generated,
    GeneratorError,
    Prompt,
    Reason,
    TextGenerator,
)
from intelligence.engines.generators.openai_compatible import PATH, OpenAICompatible, Read
from intelligence.engines.generators.plain_text import (
    PlainText,
    addresses_in,
    finished,
    without_markup,
)
from intelligence.engines.generators.spotlighting import legible, spotlighted
from intelligence.generating.costs import cost_of, estimated_tokens
from intelligence.generating.engines import key_of, local_engine
from intelligence.generating.outbound import Request, send

MOST_CHARACTERS = 24_000  # of all texts together; what is beyond is left out from the end
LEFT_OUT = "[…]"
TRIAL_INSTRUCTIONS = "Answer with one short sentence that says you are ready."
TRIAL_TEXT = "This is a try-out. It holds nothing of the shop's."


@dataclass(frozen=True, slots=True)
class Generation:
    """A generated text, plain, with the personal data that was masked back in its place.

    `stays_here` tells that nothing left the machine. `links_removed` addresses that were not
    the shop's own stand as "[link removed]"; `is_cut` tells that the end is missing.
    """

    text: str
    generator: str
    model: str
    stays_here: bool
    tokens_in: int
    tokens_out: int
    cost: Decimal
    currency: str
    latency_ms: int
    links_removed: int
    is_cut: bool
    log_id: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a generator: `texts` of others, `passages` of the shop's own."""

    instructions: str
    texts: Sequence[str]
    passages: Sequence[str] = ()
    known: Sequence[str] = ()
    fields: Sequence[str] = ()
    customer: Customer | None = None


def generate(
    feature: Feature | str,
    instructions: str,
    texts: Sequence[str],
    *,
    user: User | None,
    known: Sequence[str] = (),
    passages: Sequence[str] = (),
    fields: Sequence[str] = (),
    customer: Customer | None = None,
) -> Generation | None:
    """A text by the generator that is switched on for a feature; None where none is.

    `instructions` are ours alone: whatever others wrote goes into `texts`, the shop's own
    passages into `passages`, whose addresses alone may stand in the result. `known` are names
    of the persons concerned and whatever else is known to be theirs; `fields` says for the
    ledger what the texts are, and `customer` whose they are: who refuses models outside is
    served by those of this machine alone. Raises GeneratorError with a reason and a sentence
    to show. Not to be called inside a transaction: see `outbound.send`.
    """
    use = GeneratorUse.objects.in_force(feature)
    if use is None or use.generator is None:
        return None
    is_refused = customer is not None and not allows(customer, Purpose.EXTERNAL)
    if is_refused and not use.generator.is_local:
        return None
    asked = Asked(instructions, texts, passages, known, fields, customer)
    wanted = estimated_tokens([instructions, *_bounded(asked)]) + use.generator.max_tokens
    log = GenerationLog.objects.reserve(use, user, wanted)
    if log is None:
        raise _over_quota(use, user)
    return _generated(use.generator, log, asked)


def try_out(generator: Generator, user: User | None) -> Generation:
    """One sentence by a generator, of texts that hold nothing of the shop's. Raises
    GeneratorError. It counts to nobody's quota, and stands in the log and the ledger.
    """
    log = GenerationLog.objects.begin(generator, feature=TRIAL, user=user)
    return _generated(generator, log, Asked(TRIAL_INSTRUCTIONS, [TRIAL_TEXT], fields=["try-out"]))


def _over_quota(use: GeneratorUse, user: User | None) -> GeneratorError:
    columns = {"feature": use.feature, "user": user}
    entry = GenerationLog.objects.begin(use.generator, **columns)
    entry.end(GenerationLog.Outcome.QUOTA)
    told = f"The quota of {use.monthly_tokens:,} tokens a month is used up."
    return GeneratorError(Reason.QUOTA, told)


def _generated(generator: Generator, log: GenerationLog, asked: Asked) -> Generation:
    """What the generator makes of it; whatever happens is in the log."""
    started = time.monotonic()
    try:
        made, mapping = _asked(generator, log, asked)
        plain = _readable(made, mapping, asked.passages)
    except GeneratorError as error:
        log.end(error.reason.value, detail=str(error), latency_ms=_ms(started))
        raise
    except BaseException as error:
        log.end(Reason.DOWN.value, detail=type(error).__name__, latency_ms=_ms(started))
        raise
    return _told(generator, log, made, plain, _ms(started))


def _asked(
    generator: Generator, log: GenerationLog, asked: Asked
) -> tuple[Generated, dict[str, str]]:
    """The answer of the engine, and what the placeholders in it stand for."""
    bounded = _bounded(asked)
    mapping: dict[str, str] = {}
    record_access(
        Action.TOLD,
        via=Via.MODEL,
        by=log.user,
        kind=log.feature,
        fields=", ".join(asked.fields)[:100],
        ledger="generationlog",
        ledger_pk=log.pk,
    )
    if generator.is_local:
        prompt, engine = spotlighted(asked.instructions, bounded), local_engine(generator)
    else:
        prompt, mapping = _masked(asked, bounded)
        engine = _remote(generator, log, asked, counted(mapping))
    limits = {"max_tokens": generator.max_tokens, "timeout_s": generator.timeout_s}
    made = engine.generate(prompt, **limits)
    if not made.tokens_in + made.tokens_out:  # a server that tells none used some all the same
        made = _with_estimate(made, prompt)
    return made, mapping


def _masked(asked: Asked, texts: Sequence[str]) -> tuple[Prompt, dict[str, str]]:
    """The prompt that leaves: instructions too may name the customer."""
    masker = Masker(asked.known, [asked.instructions, *texts])
    instructions = masker.mask(asked.instructions)
    prompt = spotlighted(instructions, [masker.mask(text) for text in texts])
    return prompt, masker.mapping


def _remote(
    generator: Generator, log: GenerationLog, asked: Asked, masked: dict[str, int]
) -> TextGenerator:
    key = key_of(generator)

    def post(body: bytes, timeout_s: float, read: Read) -> Generated:
        request = Request(
            generator=generator,
            path=PATH,
            body=body,
            feature=log.feature,
            user=log.user,
            purpose=log.get_feature_display(),
            fields=["instructions", *asked.fields],
            masked=masked,
            key=key,
            customer=asked.customer,
        )
        return send(request, timeout_s, read)

    return OpenAICompatible(generator.model, post)


def _with_estimate(made: Generated, prompt: Prompt) -> Generated:
    tokens_in = estimated_tokens([prompt.instructions, prompt.data])
    return Generated(made.text, tokens_in, estimated_tokens([made.text]), made.is_cut)


def _readable(made: Generated, mapping: dict[str, str], passages: Sequence[str]) -> PlainText:
    """Plain text with the masked data back in it. Raises GeneratorError where none is left."""
    text = unmask(visible(without_markup(made.text)), mapping)
    plain = finished(text, addresses_in(passages))
    if not plain.text.strip():
        raise GeneratorError(Reason.NONSENSE, "The generator wrote nothing that can be shown.")
    return plain


def _told(
    generator: Generator, log: GenerationLog, made: Generated, plain: PlainText, latency_ms: int
) -> Generation:
    cost = cost_of(generator, made.tokens_in, made.tokens_out)
    log.end(
        GenerationLog.Outcome.DONE,
        latency_ms=latency_ms,
        tokens_in=made.tokens_in,
        tokens_out=made.tokens_out,
        cost=cost,
    )
    return Generation(
        text=plain.text,
        generator=generator.name,
        model=generator.model,
        stays_here=generator.is_local,
        currency=generator.currency,
        latency_ms=latency_ms,
        links_removed=plain.links_removed,
        is_cut=made.is_cut or plain.is_cut,
        log_id=log.pk,
        tokens_in=made.tokens_in,
        tokens_out=made.tokens_out,
        cost=cost,
    )


def _bounded(asked: Asked) -> list[str]:
    """The passages and texts, `MOST_CHARACTERS` at most in all. Characters that nobody sees
    are gone before anything is masked: none of them parts a number or a name.
    """
    left, kept = MOST_CHARACTERS, list[str]()
    for text in (legible(visible(one)) for one in (*asked.passages, *asked.texts)):
        if left <= 0:
            break
        kept.append(text if len(text) <= left else text[:left] + LEFT_OUT)
        left -= len(text)
    return kept


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
