"""Looking into a mailbox by IMAP: fetch, store, read, mark as seen, in this order.

Each mail is stored and its number written down before the next one is fetched; whatever ends the
worker in between, the next look goes on there, and what is stored already is not stored again.
"""

from __future__ import annotations

import imaplib
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from customers.channels.mail.connections import Unreachable, imap_session, said
from customers.channels.mail.storing import most_bytes, store
from customers.channels.mail.taking import take
from customers.locks import held
from customers.models import InboundMail, Mailbox

CHECKING = 7_310_043  # space of locks, by mailbox
MOST_MAILS = 500  # at one look
MOST_SECONDS = 50
NUMBER = re.compile(rb"\bUID (\d+)")


def check(pk: int) -> int:
    """Look into a mailbox; how many mails were fetched. One process at a time; another one
    fetches none. What goes wrong stands on the mailbox's row.
    """
    with held(CHECKING, pk) as mine:
        rows = Mailbox.objects.active().exclude(imap_host="")
        mailbox = rows.filter(pk=pk).first() if mine else None
        if mailbox is None:
            return 0
        fetched, error = 0, ""
        try:
            with imap_session(mailbox) as server:
                fetched = _fetch_new(server, mailbox)
                _mark_seen(server, mailbox)
        except Unreachable as refused:
            error = str(refused)
        stand = {"last_checked_at": timezone.now(), "last_error": error}
        Mailbox.objects.filter(pk=pk).update(**stand)
        return fetched


def _fetch_new(server: imaplib.IMAP4, mailbox: Mailbox) -> int:
    _open_folder(server, mailbox)
    until = time.monotonic() + MOST_SECONDS
    fetched = 0
    for uid in _new(server, mailbox)[:MOST_MAILS]:
        raw, received_at = _mail(server, uid)
        if raw is not None:
            place = (mailbox.uid_validity or 0, uid)
            mail = store(mailbox, raw, uid=place, received_at=received_at)
            fetched += 1
        mailbox.last_uid = uid
        Mailbox.objects.filter(pk=mailbox.pk).update(last_uid=uid)
        if raw is not None:
            take(mail.pk)
        if time.monotonic() > until:
            break
    return fetched


def _open_folder(server: imaplib.IMAP4, mailbox: Mailbox) -> None:
    """Select the folder; where it is new to us, or the server renumbered it, begin anew."""
    _done(server.select(f'"{mailbox.imap_folder}"'))
    validity = _told(server, "UIDVALIDITY")
    if mailbox.uid_validity == validity:
        return
    last = max(_uids(server, "1:*"), default=0)
    mailbox.uid_validity, mailbox.last_uid, mailbox.history_uid = validity, 0, last
    mailbox.save(update_fields=["uid_validity", "last_uid", "history_uid"])


def _new(server: imaplib.IMAP4, mailbox: Mailbox) -> list[int]:
    """The numbers of what is to be fetched: what is unseen of the history, and all since."""
    last, history = mailbox.last_uid, mailbox.history_uid
    unseen = _uids(server, f"{last + 1}:{history}", "UNSEEN") if last < history else []
    since = max(last, history)
    # "n:*" names the last mail even where its number is below n
    new = [uid for uid in _uids(server, f"{since + 1}:*") if uid > since]
    return sorted({*unseen, *new})


def _uids(server: imaplib.IMAP4, numbers: str, *asked: str) -> list[int]:
    answer = _done(server.uid("SEARCH", "UID", numbers, *asked))
    return [int(number) for line in answer if line for number in line.split()]


def _mail(server: imaplib.IMAP4, uid: int) -> tuple[bytes | None, datetime | None]:
    """A mail and when it came; None where it is gone by now. Never more than is kept."""
    asked = f"(INTERNALDATE BODY.PEEK[]<0.{most_bytes() + 1}>)"
    for item in _done(server.uid("FETCH", str(uid), asked)):
        if isinstance(item, tuple) and (found := NUMBER.search(item[0])):
            if int(found[1]) == uid:
                return item[1], _received_at(item[0])
        elif isinstance(item, tuple):
            return item[1], _received_at(item[0])
    return None, None


def _received_at(line: bytes) -> datetime | None:
    when = imaplib.Internaldate2tuple(line)
    return datetime.fromtimestamp(time.mktime(when), UTC) if when else None


def _mark_seen(server: imaplib.IMAP4, mailbox: Mailbox) -> None:
    """Mark what is stored as seen, also what an earlier look did not come to."""
    rows = InboundMail.objects.filter(mailbox=mailbox, uid_validity=mailbox.uid_validity)
    unmarked = rows.filter(uid__isnull=False, seen_at=None).values_list("uid", "pk")
    unseen = {uid: pk for uid, pk in unmarked if uid is not None}
    for uids in _chunks(sorted(unseen)):
        numbers = ",".join(map(str, uids))
        _done(server.uid("STORE", numbers, "+FLAGS.SILENT", r"(\Seen)"))
        marked = InboundMail.objects.filter(pk__in=[unseen[uid] for uid in uids])
        marked.update(seen_at=timezone.now())


def _chunks(uids: list[int]) -> Iterator[list[int]]:
    yield from (uids[start : start + 100] for start in range(0, len(uids), 100))


def _told(server: imaplib.IMAP4, name: str) -> int:
    _kind, answer = server.response(name)
    if not answer or not answer[0]:
        raise Unreachable(f"IMAP: no {name}")
    return int(answer[0])


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    status, lines = answer
    if status != "OK":
        raise Unreachable(f"IMAP: {said(Exception(*[line for line in lines if line]))}")
    return lines


def try_folder(mailbox: Mailbox) -> None:
    """Log in and open the folder without marking anything; raises `Unreachable`."""
    with imap_session(mailbox) as server:
        _done(server.select(f'"{mailbox.imap_folder}"', readonly=True))
