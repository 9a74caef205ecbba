"""Whether a change is more than chance: exact tests on counts, and one on means.

They answer one-sided: how likely chance alone gives a rise (or a fall) at least as large.
All but `mean_fell` rest on counts, so 1 before and 3 now is told apart from 100 and 300.
Plain Python, for the pages use it too: no scipy in the web process.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p, sqrt

TINY, STEPS, PRECISION = 1e-300, 400, 1e-12


def rate_rose(now: int, exposed_now: float, before: int, exposed_before: float) -> float:
    """P(at least `now` of all events fall into the present | nothing changed).

    The conditional test of two Poisson rates (Przyborowski & Wilenski 1940): of
    `now + before` events each falls into the present with chance
    `exposed_now / (exposed_now + exposed_before)`. Exposures are what could have had the
    event: days, orders, texts. 1.0 where nothing can be said.
    """
    if now <= 0 or exposed_now <= 0 or exposed_before <= 0:
        return 1.0
    return binomial_tail(now, now + before, exposed_now / (exposed_now + exposed_before))


def share_rose(now: int, of_now: int, before: int, of_before: int) -> float:
    """P(a share at least as high as `now / of_now` | it is that of before), by Fisher's
    exact test (1935). 1.0 where one of the two periods is empty.
    """
    if now <= 0 or of_now <= 0 or of_before <= 0:
        return 1.0
    hits, rows = now + before, of_now + of_before
    total, mean = 0.0, hits * of_now / rows
    for at in range(now, min(hits, of_now) + 1):
        ways = _log_choose(of_now, at) + _log_choose(of_before, hits - at)
        term = exp(ways - _log_choose(rows, hits))
        total += term
        if at > mean and term < total * PRECISION:
            break
    return min(total, 1.0)


def mean_fell(
    now: tuple[int, float, float], before: tuple[int, float, float], prior: float, weight: float
) -> float:
    """P(a mean at least so much lower than before | it is the same): Student's t.

    Each period is (n, mean, variance). The variance of both together is shrunk towards
    `prior`, which weighs like `weight` rows, so that five equal scores are no certainty.
    """
    (n, mean, spread), (m, former, former_spread) = now, before
    if n < 1 or m < 1 or mean >= former:
        return 1.0
    degrees = max(n + m - 2, 0) + weight
    summed = max(n - 1, 0) * spread + max(m - 1, 0) * former_spread + weight * prior
    error = sqrt(max(summed / degrees, TINY) * (1 / n + 1 / m))
    return student_tail((former - mean) / error, degrees)


def binomial_tail(at_least: int, tries: int, chance: float) -> float:
    """P(X >= at_least) for X binomial(tries, chance)."""
    if at_least <= 0:
        return 1.0
    if at_least > tries:
        return 0.0
    return incomplete_beta(at_least, tries - at_least + 1, chance)


def student_tail(t: float, degrees: float) -> float:
    """P(T >= t) for t >= 0 and Student's T."""
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction
    (Press et al., Numerical Recipes, 6.4).
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, _inverse(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, STEPS + 1):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = _inverse(1 + even * d), 1 + even / c
        found *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = _inverse(1 + odd * d), 1 + odd / c
        found *= d * c
        if abs(d * c - 1) < PRECISION:
            break
    return found


def _inverse(value: float) -> float:
    return 1 / (value if abs(value) > TINY else TINY)


def _log_choose(n: int, k: int) -> float:
    if k < 0 or k > n:
        return -1e9
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
