"""A supervisor without children, told to stop at many odd moments. Ends when it always did.

Usage: python -m tests.programs.stopped_at_once FOLDER
"""

import random
import signal
import sys
from pathlib import Path

from crm_site.services import supervisor

TIMES = 3000


def main(folder):
    """Stop it again and again, each time some microseconds after it began to watch."""
    supervisor.WATCH_SECONDS = 1e-4
    moments = random.Random(0)
    for _ in range(TIMES):
        watched = supervisor.Supervisor(Path(folder))
        signal.signal(signal.SIGALRM, watched._on_signal)
        signal.setitimer(signal.ITIMER_REAL, moments.uniform(5e-6, 2e-4))
        watched.watch()


if __name__ == "__main__":
    main(sys.argv[1])
