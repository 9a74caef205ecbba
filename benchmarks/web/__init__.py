"""Every list, filter and record page of a shop of a million customers."""

from benchmarks.web.run import measure

__all__ = ["measure"]
