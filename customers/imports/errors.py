"""What can be wrong with a file or with one of its rows."""


class ImportProblem(Exception):
    """The file cannot be taken in at all; the text says why and what to do."""


class RowError(Exception):
    """One row cannot be taken in: the column at fault and the reason."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column, self.reason = column, reason


class Cancelled(Exception):
    """Somebody asked for the import to stop."""
