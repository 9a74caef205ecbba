"""The product's own web server under the mixed requests of a busy shop, at a fixed rate."""

from benchmarks.load.run import measure

__all__ = ["measure"]
