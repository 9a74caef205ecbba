"""Who imports what must not be imported: a watch to set before anything else."""

import sys
import traceback

HEAVY = ("torch", "transformers", "sklearn", "pyarrow", "vl_convert", "altair", "scipy", "numpy")


class ImportWatch:
    """Notes, for each watched module, the line of source that asked for it first."""

    def __init__(self, names):
        self.importers = dict.fromkeys(names, "")

    def find_spec(self, name, path=None, target=None):
        """Never finds anything: only takes note, and leaves the finding to others."""
        if self.importers.get(name) == "":
            asked = [line for line in traceback.extract_stack() if "importlib" not in line.filename]
            self.importers[name] = f"{asked[-2].filename}:{asked[-2].lineno}"

    def found(self):
        """Watched modules that were asked for, and by whom."""
        return {name: importer for name, importer in self.importers.items() if importer}


def watch(names=HEAVY):
    """Set a watch in this process."""
    guard = ImportWatch(names)
    sys.meta_path.insert(0, guard)
    return guard
