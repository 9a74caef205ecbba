"""The OpenAPI schema as it is served."""

from __future__ import annotations

import threading
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.views import SpectacularAPIView


class SchemaView(SpectacularAPIView):
    """The schema, made by one thread at a time.

    drf-spectacular loads its extensions with the first schema of a process, and another
    thread that asks meanwhile meets them half loaded.
    """

    _making = threading.Lock()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The answer to one request after another."""
        with self._making:
            return super().dispatch(request, *args, **kwargs)
