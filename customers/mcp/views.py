"""The address of the MCP server: streamable HTTP, one message a request."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from customers.api.authentication import KeyAuthentication


class McpView(APIView):
    """Takes a message of an agent with a key; a session of the screens opens nothing here."""

    authentication_classes = (KeyAuthentication,)
    # there is nothing to listen to, and no session to end
    http_method_names = ["post"]
    schema = None  # it speaks another protocol than the API
    # what a key may do is decided tool by tool
    lists_addresses = True

    def post(self, request: Request) -> HttpResponse:
        """The SDK's answer."""
        # not before somebody calls: the SDK takes 14 MB and a second of each web process
        server: Any = import_module("customers.mcp.server")
        asked: Any = request._request
        caller = import_module("customers.mcp.calling").Caller(
            request.user, request.auth, asked.get_host(), asked.scheme
        )
        sent = {**request.headers, "Host": caller.host}
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.items()]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": asked.path,
            "raw_path": asked.path.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": asked.scheme,
            "headers": headers,
            "server": None,
            "client": None,
        }
        exchange = server.Exchange(scope, asked.body)
        server.answer_over_http(exchange, caller, settings.CSRF_TRUSTED_ORIGINS)
        response = HttpResponse(exchange.answer, status=exchange.status)
        del response["Content-Type"]
        for name, value in exchange.headers:
            if name.lower() != "content-length":
                response[name] = value
        return response
