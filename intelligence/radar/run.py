"""One look of the radar over the shop's texts: cheap while nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from customers.locks import held
from customers.models import Finding, RadarText
from customers.periods import shop_now
from intelligence.radar.contradicting import found_contradictions
from intelligence.radar.embedding import embed
from intelligence.radar.stale import found_stale
from intelligence.radar.texts import WHOLE, changed_keys, remember, shelf, signature
from intelligence.radar.unanswered import found_unanswered

RADAR_LOCK = 7_310_019


@dataclass(frozen=True, slots=True)
class Look:
    """What one look did: texts in all, those read anew, and new findings of each kind."""

    texts: int
    read_anew: int
    contradictions: int
    stale: int
    unanswered: int


def refresh_radar(now: datetime | None = None, *, again: bool = False) -> Look | None:
    """Bring all findings in line with the texts at `now` (None: the shop's present); None
    where nothing changed since the last look, or another process looks. `again` reads
    everything anew. Raises WeightsError.
    """
    with held(RADAR_LOCK, 0) as mine:
        if not mine:
            return None
        at = now or shop_now()
        seen = signature(timezone.localdate(at).isoformat())
        if not again and RadarText.objects.filter(key=WHOLE, sha256=seen).exists():
            return None
        look = _look(at, again=again)
        RadarText.objects.update_or_create(key=WHOLE, defaults={"sha256": seen})
        return look


def _look(now: datetime, *, again: bool) -> Look:
    own = shelf(now)
    changed, gone = changed_keys(own.texts)
    fresh = set(own.texts) if again else changed
    findings = Finding.objects
    kinds = Finding.Kind
    known = findings.standing(kinds.CONTRADICTION).values_list("sources", flat=True)
    against = found_contradictions(own, fresh | gone, embed, known)
    look = Look(
        texts=len(own.texts),
        read_anew=len(fresh),
        contradictions=findings.bring_in_line(
            kinds.CONTRADICTION, against.found, now, examined=against.examined
        ),
        stale=findings.bring_in_line(kinds.STALE, found_stale(timezone.localdate(now)), now),
        unanswered=findings.bring_in_line(kinds.UNANSWERED, found_unanswered(now), now),
    )
    remember(own.texts, sorted(changed), sorted(gone))
    return look
