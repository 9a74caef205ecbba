"""Log lines: with the number of the request, and without personal data.

An exception's message may quote a row ("Key (email)=(…) already exists") or a text. So of an
exception the lines tell its class and where it was raised, in our words of code, never what
it said.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType

from customers.current_request import current_request

LINE = "%(levelname)s %(name)s: %(message)s"
MOST_FRAMES = 30
# Celery tells of a failed task by these arguments of its line
OF_TASKS = ("exc", "traceback", "args", "kwargs", "return_value")


class LineFormatter(logging.Formatter):
    """One line for people; the frames of an exception below it."""

    def __init__(self) -> None:
        super().__init__(LINE)

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the number of the request where there is one."""
        facts = current_request()
        number = f" [{facts.request_id}]" if facts else ""
        return super().format(_without_values(record)) + number

    def formatException(self, ei: object) -> str:  # noqa: N802  # as the library calls it
        """Where it was raised, and its class."""
        return "\n".join(_frames(ei))


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for collectors of logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, number of the request, and of an exception the frames."""
        record = _without_values(record)
        facts = current_request()
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if facts:
            said |= {"request_id": facts.request_id, "route": facts.route}
        if record.exc_info:
            said["exception"] = _frames(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def _without_values(record: logging.LogRecord) -> logging.LogRecord:
    """The record without what an exception among its arguments says."""
    values = record.args
    copy = logging.makeLogRecord(record.__dict__)
    copy.exc_text = None
    if isinstance(values, dict):
        copy.args = {
            name: _class_of(value) if name in OF_TASKS else value for name, value in values.items()
        }
    elif values:
        copy.args = tuple(_class_of(v) if isinstance(v, BaseException) else v for v in values)
    elif isinstance(record.msg, BaseException):
        copy.msg = _class_of(record.msg)
    return copy


def _class_of(value: object) -> str:
    return type(value).__name__ if isinstance(value, BaseException) else "(left out)"


def _frames(info: object) -> list[str]:
    kind, error, trace = info if isinstance(info, tuple) else (None, None, None)
    if not isinstance(trace, TracebackType | None) or kind is None:
        return []
    frames = traceback.extract_tb(trace)[-MOST_FRAMES:]
    lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    cause = getattr(error, "__cause__", None)
    because = f" (because of {type(cause).__name__})" if cause else ""
    return [*lines, f"{kind.__module__}.{kind.__qualname__}{because}"]
