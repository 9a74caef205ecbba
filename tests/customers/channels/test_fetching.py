import pytest

from customers.channels.mail.fetching import check
from customers.channels.mail.trial import try_out
from customers.models import InboundMail, Mailbox, Ticket
from tests.customers.channels.letters import mail


def subjects():
    return sorted(Ticket.objects.values_list("subject", flat=True))


def test_unseen_mail_of_the_first_look_and_all_mail_after_it_is_taken(fetching, imap):
    imap.put(mail(subject="read long ago"), flags=r"(\Seen)")
    imap.put(mail(subject="waiting"))
    assert check(fetching.pk) == 1
    imap.put(mail(subject="read on a phone"), flags=r"(\Seen)")
    imap.put(mail(subject="new"))
    assert check(fetching.pk) == 2
    assert check(fetching.pk) == 0
    assert subjects() == ["new", "read on a phone", "waiting"]
    assert imap.flags() == [True] * 4
    fetching.refresh_from_db()
    assert fetching.last_error == ""
    assert fetching.last_checked_at is not None


@pytest.mark.parametrize("step", ["store", "take", "_mark_seen"])
def test_a_look_that_is_cut_off_goes_on_and_nothing_comes_twice(fetching, imap, monkeypatch, step):
    imap.put(mail(subject="one"), mail(subject="two"))

    def killed(*_args, **_named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(f"customers.channels.mail.fetching.{step}", killed)
        with pytest.raises(KeyboardInterrupt):
            check(fetching.pk)
    from customers.channels.mail.taking import take_waiting

    check(fetching.pk)
    take_waiting()
    assert subjects() == ["one", "two"]
    assert InboundMail.objects.count() == 2
    assert imap.flags() == [True, True]


def test_a_folder_that_the_server_renumbers_brings_nothing_twice(fetching, imap):
    first = mail(subject="one")
    imap.put(first)
    check(fetching.pk)
    imap.renumber()
    imap.put(first, mail(subject="two"))
    check(fetching.pk)
    assert subjects() == ["one", "two"]
    assert InboundMail.objects.count() == 2


def test_a_mail_over_the_limit_is_cut_and_says_so(fetching, imap, settings):
    settings.MAIL_MOST_MB = 1
    imap.put(mail("x" * 70 + "\n" + ("word " * 14 + "\n") * 30_000))
    check(fetching.pk)
    row = InboundMail.objects.get()
    assert (row.is_cut, row.raw.size, row.status) == (True, 1024**2, "taken")
    told = row.message.ticket.messages.get(author_kind="system").body
    assert "longer" in told


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"imap_variable": "OTHER_MAIL_SECRET"}, "no variable OTHER_MAIL_SECRET"),
        ({"imap_port": 1}, "refused"),
        ({"on_own_network": False}, "private network"),
        ({"imap_user": "nobody"}, "IMAP"),
        ({"imap_folder": "Nowhere"}, "IMAP"),
    ],
)
def test_what_keeps_mail_from_coming_stands_on_the_mailbox(fetching, imap, columns, reason):
    Mailbox.objects.filter(pk=fetching.pk).update(**columns)
    assert check(fetching.pk) == 0
    fetching.refresh_from_db()
    assert reason in fetching.last_error
    fetching.request_trial()
    try_out(fetching.pk)
    fetching.refresh_from_db()
    assert reason in fetching.trial_error
    assert not fetching.is_being_tried


def test_a_try_out_logs_in_at_both_servers_and_takes_nothing(fetching, sending, imap, postman):
    imap.put(mail())
    fetching.refresh_from_db()
    fetching.request_trial()
    assert fetching.is_being_tried
    try_out(fetching.pk)
    fetching.refresh_from_db()
    assert (fetching.is_being_tried, fetching.trial_error) == (False, "")
    assert postman.logins == [(b"demouser", b"demopass")]
    assert (imap.flags(), InboundMail.objects.count()) == ([False], 0)


def test_a_mailbox_that_is_not_active_is_left_alone(fetching, imap):
    imap.put(mail())
    Mailbox.objects.update(is_active=False)
    assert check(fetching.pk) == 0
    assert InboundMail.objects.count() == 0
