"""Letters in the colour of their ground are hidden."""

import pytest

from customers.hidden_html import visible_text


@pytest.mark.parametrize(
    ("style", "seen"),
    [
        ("color:#fff;background:#ffffff", "a"),
        ("background-color: white; color: #FFF", "a"),
        ("color:#fff;background:#000", "a\n\nb"),
        ("color:red", "a\n\nb"),
    ],
)
def test_letters_in_the_colour_of_their_ground_are_not_seen(style, seen):
    assert visible_text(f'<p>a</p><p style="{style}">b</p>') == seen
