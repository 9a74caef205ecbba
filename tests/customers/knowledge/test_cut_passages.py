"""Records that are older than passages are cut once."""

import pytest
from django.core.management import call_command

from customers.models import Passage
from tests.factories import ArticleFactory

pytestmark = pytest.mark.django_db


def test_an_empty_shop_has_nothing_told_at_its_start(capsys):
    call_command("cut_passages", "--if-none")
    assert capsys.readouterr().out == ""


def test_what_was_never_cut_is_cut_and_what_stands_is_left_alone(capsys):
    article = ArticleFactory(title="Returns", body="You have 30 days.")
    Passage.objects.all().delete()
    call_command("cut_passages", "--if-none")
    assert capsys.readouterr().out == "cut 1 articles, 0 products, 0 tickets into 1 passages\n"
    passage = article.passages.get()
    call_command("cut_passages", "--if-none")
    assert capsys.readouterr().out == ""
    call_command("cut_passages")
    assert article.passages.get() == passage
