"""Text written by a generator, where an admin switched one on: `generate`.

Only workers and commands call it. What leaves this machine goes through `outbound` alone,
with personal data masked, and stands in the egress ledger.
"""

from intelligence.engines.generators.contract import GeneratorError, Reason
from intelligence.generating.run import Generation, generate, try_out

__all__ = ["Generation", "GeneratorError", "Reason", "generate", "try_out"]
