"""No call and no form makes the product fail, and every answer is one that the description of the
API tells of (guarantees 23 and 46): all phases, as many examples as the guarantee names.
"""

import os
import time

from hypothesis import given
from hypothesis import settings as limits

from tests.contract import run_contract
from tests.odd_forms import Screens, forms

FORMS = 30  # of each address
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "200"))


def test_the_whole_api_keeps_its_contract(settings, figure):
    settings.MFA_REQUIRED = False
    start = time.monotonic()
    run = run_contract(examples=EXAMPLES, phases=["examples", "coverage", "fuzzing", "stateful"])
    taken = time.monotonic() - start
    figure(
        f"{len(run.operations)} operations, {run.calls} calls in {taken:.0f} s: "
        f"{run.told_statuses}; {len(run.failures)} faults"
    )
    assert run.failures == {}, run.told
    assert run.statuses.keys() <= {*range(200, 500)}
    assert run.refused > 0


def test_no_form_makes_a_screen_fail(settings, figure):
    screens = Screens(settings)

    @limits(max_examples=FORMS, derandomize=True, database=None, deadline=None)
    @given(forms())
    def hold(form):
        screens.post_all(*form)

    hold()
    figure(f"{len(screens.addresses)} addresses, {screens.posts} posts: {dict(screens.statuses)}")
    assert screens.failed == {}
