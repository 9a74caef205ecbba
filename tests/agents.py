"""Agents that call the MCP server: message by message in a test's transaction, or by the SDK."""

import json
from itertools import count

from tests.partners import bearer

NUMBERS = count(1)
ACCEPT = "application/json, text/event-stream"


class Agent:
    """Calls the tools of a test's server with a new key of `user`."""

    def __init__(self, client, user, **key):
        self.client, self.bearer = client, bearer(user, **key)

    def post(self, method, params=None, **headers):
        """The whole answer to one message."""
        body = {"jsonrpc": "2.0", "id": next(NUMBERS), "method": method, "params": params or {}}
        named = {"HTTP_AUTHORIZATION": self.bearer, "HTTP_ACCEPT": ACCEPT} | headers
        return self.client.post("/mcp/", json.dumps(body), "application/json", **named)

    def tools(self):
        """The names of the tools that it is told of."""
        return [tool["name"] for tool in self.post("tools/list").json()["result"]["tools"]]

    def ask(self, name, **arguments):
        """The result of a tool, refused or not."""
        answer = self.post("tools/call", {"name": name, "arguments": arguments})
        return answer.json()["result"]

    def told(self, name, **arguments):
        """The data of a tool that answers."""
        result = self.ask(name, **arguments)
        assert not result.get("isError"), result["content"][0]["text"]
        return result["structuredContent"]["result"]

    def refused(self, name, **arguments):
        """Why a tool is refused."""
        result = self.ask(name, **arguments)
        assert result["isError"], result
        return result["content"][0]["text"]
