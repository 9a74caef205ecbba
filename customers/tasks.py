"""The Celery tasks of the records."""

from __future__ import annotations

from celery import shared_task

from customers.accounts.resetting import send_reset
from customers.alarms.run import raise_alarms as raise_what_is_found
from customers.audit import chain
from customers.audit.keeping import age_out
from customers.channels.mail import fetching, sending, taking, trial
from customers.connectors import status as shop_status
from customers.connectors import taking as shops
from customers.doorbell import ring_now
from customers.duplicates import scan
from customers.imports.jobs import carry_out, carry_out_all
from customers.insight import aggregates, digests
from customers.insight.mailing import mail_digests
from customers.journal.undo import undo_all_asked
from customers.lists.jobs import take_up
from customers.measures import refresh_measures_when_due
from customers.models import IdempotentReply, Mailbox, Proposal, QueueBeat
from customers.portal.identity import send_link
from customers.privacy import erasing, retention
from customers.rules.run import apply_pending, apply_timed, forget_old_runs
from customers.satisfaction.inviting import invite_due, mail_invitations
from customers.sealed import from_queue
from customers.search.spelling import refresh_words
from customers.sla.times import measure_the_rest
from customers.sla.watch import watch
from customers.webhooks.retention import forget_old as forget_old_deliveries


@shared_task
def run_import(pk: int) -> None:
    """Look into the file of an Import row, check it or take it in, whatever it waits for."""
    carry_out(pk)
    ring_now(refresh_measures)


@shared_task(expires=60)
def go_on_with_imports() -> None:
    """Take up imports whose worker died, or whose message was lost."""
    carry_out_all()


@shared_task(expires=60)
def look_for_duplicates() -> None:
    """Do the searches for duplicates that staff asked for."""
    scan.carry_out_all()


@shared_task
def refresh_measures() -> None:
    """Bring sums, RFM classes and cohorts up to date when orders or rates changed."""
    refresh_measures_when_due(patient=True)


@shared_task(expires=60)  # a worker that comes late has one refresh to do, not a queue of them
def refresh_aggregates() -> None:
    """Bring the sums of days and weeks up to date where orders or texts changed."""
    aggregates.refresh()


@shared_task(expires=300)
def make_digests() -> None:
    """Tell the last whole week of the shop, unless that is done, and mail it to who asked."""
    digests.make_digests()
    mail_digests()


@shared_task
def raise_alarms() -> None:
    """Raise, keep current and end alarms by what the rules find now."""
    raise_what_is_found()


@shared_task(expires=600)
def refresh_search_words() -> None:
    """Collect the words of the records anew, for those who mistype one."""
    refresh_words()


@shared_task(expires=60)
def beat_of_queue(queue: str) -> None:
    """Note that a worker of this queue is alive."""
    QueueBeat.objects.note(queue)


@shared_task(expires=60)
def seal_audit() -> None:
    """Seal what was noted in the audit."""
    chain.seal()


@shared_task(expires=3600)
def age_audit() -> None:
    """Remove what the audit keeps no longer."""
    age_out()


@shared_task
def undo_what_was_asked() -> None:
    """Undo the journal entries that staff asked to be undone."""
    undo_all_asked()


@shared_task
def take_up_jobs() -> None:
    """Write the exports and do the bulk edits that wait, or that a dead worker left."""
    take_up()


@shared_task(expires=60)
def apply_rules() -> None:
    """Ask the rules about the tickets that wait."""
    apply_pending()


@shared_task(expires=60)
def watch_the_desk() -> None:
    """Warn of what is due, and do what was rung for in vain."""
    watch()
    apply_pending()
    measure_the_rest()


@shared_task(expires=300)
def apply_rules_of_time() -> None:
    """Apply the rules that wait for time to go by."""
    apply_timed()


@shared_task(expires=600)
def ask_how_it_was() -> None:
    """Ask customers of solved tickets how they were served."""
    invite_due()
    mail_invitations()


@shared_task(expires=3600)
def forget_old_rule_runs() -> None:
    """Keep the log of the rules short."""
    forget_old_runs()


@shared_task(expires=60)
def erase_people() -> None:
    """Go on with the erasures that wait, or that a dead worker left."""
    erasing.carry_out_all()


@shared_task(expires=3600)
def apply_retention() -> None:
    """Take away what has been kept for its time."""
    retention.apply()


@shared_task(expires=300)
def expire_proposals() -> None:
    """Shut the proposals that nobody decided about in time."""
    Proposal.objects.expire()


@shared_task(expires=3600)
def forget_kept_answers() -> None:
    """Keep the answers to repeated writes no longer than is promised."""
    IdempotentReply.objects.forget_old()


@shared_task(expires=600)
def mail_link(sealed: str) -> None:
    """Mail a link to the portal to the customer of a mailbox, if there is one; sealed are its
    address, where links lead, and the page that follows.
    """
    send_link(*from_queue(sealed))


@shared_task(expires=600)
def mail_reset(sealed: str) -> None:
    """Mail a link for a new password to the logins of an address, if there are any; sealed are
    the address, where links lead, and the language.
    """
    send_reset(*from_queue(sealed))


@shared_task(expires=55)
def look_after_mail() -> None:
    """Once a minute: whatever waits, though nobody rang for it; each mailbox by itself."""
    taking.take_waiting()
    trial.try_all_asked()
    for pk in Mailbox.objects.active().values_list("pk", flat=True):
        check_mailbox.delay(pk)
        send_mail_of.delay(pk)


@shared_task(expires=55, time_limit=600)
def check_mailbox(pk: int) -> None:
    """Fetch new mail of a mailbox."""
    fetching.check(pk)


@shared_task(expires=300, time_limit=900)
def send_mail_of(pk: int) -> None:
    """Send what is due from a mailbox."""
    sending.send_due(pk)


@shared_task(expires=300)
def take_mail(pk: int) -> None:
    """Read a stored mail into its ticket."""
    taking.take(pk)


@shared_task(expires=300)
def try_mailbox(pk: int) -> None:
    """Log in at the servers of a mailbox, and write onto its row what came of it."""
    trial.try_out(pk)


@shared_task(expires=300)
def take_webhook(pk: int) -> None:
    """Read a stored webhook of a shop into the records."""
    shops.take(pk)


@shared_task(expires=30, time_limit=600)
def look_after_shops() -> None:
    """Read what shops told though nobody rang for it, and tell them of their orders."""
    shops.take_due()
    shop_status.tell_due()


@shared_task(expires=3600)
def forget_old_webhooks() -> None:
    """Keep the logs of webhooks no longer than is said."""
    forget_old_deliveries()
    shops.forget_old()
