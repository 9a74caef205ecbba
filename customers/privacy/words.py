"""The words of the search forget persons: those that stood in their records alone."""

from __future__ import annotations

from customers.models import SearchWord
from customers.privacy.person import Person
from customers.sql import rows_of

# A word's count is as of the last collection: it may have come nearer to the person's own since.
COUNTED_TOO_MANY = 5
OWN_SQL = """
SELECT word, count(*) FROM (
    SELECT unnest(tsvector_to_array(search)) AS word FROM customers_customer WHERE id = %(pk)s
    UNION ALL
    SELECT unnest(tsvector_to_array(search)) FROM customers_ticket WHERE customer_id = %(pk)s
) said GROUP BY word
"""
ELSEWHERE_SQL = """
SELECT EXISTS (SELECT 1 FROM customers_customer
    WHERE search @@ %(word)s::tsquery AND id <> %(pk)s)
OR EXISTS (SELECT 1 FROM customers_ticket
    WHERE search @@ %(word)s::tsquery AND customer_id IS DISTINCT FROM %(pk)s)
OR EXISTS (SELECT 1 FROM customers_product WHERE search @@ %(word)s::tsquery)
OR EXISTS (SELECT 1 FROM customers_article WHERE search @@ %(word)s::tsquery)
"""


def forget_words(person: Person) -> int:
    """Delete the words that only the person's records hold; asked while these stand."""
    own = dict(rows_of(OWN_SQL, {"pk": person.pk}))
    known = SearchWord.objects.filter(word__in=list(own)).values_list("word", "row_count")
    rare = [word for word, count in known if count <= own[word] + COUNTED_TOO_MANY]
    alone = [word for word in rare if not _stands_elsewhere(word, person.pk)]
    return SearchWord.objects.filter(word__in=alone).delete()[0]


def _stands_elsewhere(word: str, pk: int) -> bool:
    quoted = "'" + word.replace("'", "''") + "'"
    return bool(rows_of(ELSEWHERE_SQL, {"word": quoted, "pk": pk})[0][0])
