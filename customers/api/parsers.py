"""What the API reads: JSON."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class ShallowJSONParser(JSONParser):
    """As the framework's; JSON that is nested deeper than can be read is the sender's mistake."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """The content. Raises ParseError where it is no JSON or nested too deeply."""
        try:
            return super().parse(*args, **kwargs)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
