"""No call and no form makes the product fail, and every answer is one that the description of the
API tells of (guarantees 23 and 46): all phases, as many examples as the guarantee names.
"""

import os
import time

from tests.contract import run_contract
from tests.customers.test_odd_forms import hold_all

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
    screens = hold_all(settings, examples=30)
    figure(f"{len(screens.addresses)} addresses, {screens.posts} posts: {dict(screens.statuses)}")
