"""Style sheets know no left and no right: a page reads from either side."""

import re
from pathlib import Path

import pytest

SHEETS = sorted(Path(__file__).parents[1].glob("static/css/*.css"))
PHYSICAL = re.compile(
    r"(?:^|[;{\s])(?:"
    r"(?:margin|padding|border|scroll-margin)-(?:left|right)(?:-\w+)?\s*:"
    r"|border-(?:top|bottom)-(?:left|right)-radius\s*:"
    r"|(?:left|right)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b)"
)
# Four lengths name the right and the left side too; these two have to be alike.
FOUR = re.compile(r"\b(?:margin|padding|inset|border-width)\s*:\s*((?:[^\s;]+\s+){3}[^\s;]+)\s*;")


def sides_of(sheet):
    """Declarations of a sheet that mean one side of the screen."""
    text = sheet.read_text()
    found = [said.group().strip() for said in PHYSICAL.finditer(text)]
    for said in FOUR.finditer(re.sub(r"\([^()]*\)", "", text)):
        _, right, _, left = said[1].split()
        if right != left:
            found.append(said.group())
    return found


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_style_sheet_names_no_side_of_the_screen(sheet):
    assert sides_of(sheet) == []
