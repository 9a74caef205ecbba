"""Attacks by what customers and partners write, put into the real product.

`texts/` holds them by family and by the field that they enter by. `entry` brings each in,
`surfaces` looks at all that the product then shows, `checks` and `state` judge it.
"""

from benchmarks.attacks.run import measure

__all__ = ["measure"]
