"""In how many passages each term stands, counted now and then.

Only the logarithm of a count matters, so counts of yesterday serve: they are made anew when
the number of passages moved by a fifth, and after every batch while there are few.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from customers.locks import held_until_commit
from intelligence.models import PassageReading, TermFrequency

COUNT_LOCK = 7_310_013
FEW, MOVED = 2000, 0.2

CLEAR_SQL = "DELETE FROM intelligence_termfrequency"
COUNT_SQL = """
INSERT INTO intelligence_termfrequency (number, passages)
SELECT unnest(numbers), count(*) FROM intelligence_passagereading GROUP BY 1
"""


def count_terms_when_due() -> bool:
    """Count anew where the counts are off; whether they were counted. While another process
    counts, nothing is done.
    """
    standing = PassageReading.objects.count()
    counted = passages_and_frequencies([])[0]
    if standing > FEW and abs(standing - counted) <= MOVED * counted:
        return False
    return count_terms()


def count_terms() -> bool:
    """Count all terms anew, in the present transaction or one of its own."""
    with transaction.atomic():
        if not held_until_commit(COUNT_LOCK):
            return False
        with connection.cursor() as cursor:
            cursor.execute(CLEAR_SQL)
            cursor.execute(COUNT_SQL)
        all_of_them = PassageReading.objects.count()
        TermFrequency.objects.create(number=TermFrequency.ALL, passages=all_of_them)
    return True


def passages_and_frequencies(numbers: Iterable[int]) -> tuple[int, dict[int, int]]:
    """How many passages were counted, and in how many each of these terms stands."""
    rows = TermFrequency.objects.filter(number__in=[TermFrequency.ALL, *numbers])
    found = dict(rows.values_list("number", "passages"))
    return found.pop(TermFrequency.ALL, 0), found
