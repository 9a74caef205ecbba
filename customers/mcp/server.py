"""The protocol, by the SDK: one server for each caller, over HTTP or over stdin and stdout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import mcp_types as types
from asgiref.sync import async_to_sync, sync_to_async
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError

from customers.mcp.calling import NOTICE, Caller, call
from customers.mcp.schemas import input_of, output_of
from customers.mcp.tools import TOOLS, Tool, tools_of

MOST_BYTES = 1024**2
Who = Callable[[], Caller]
INSTRUCTIONS = (
    "The records of a shop: customers, orders, tickets, products, help articles. Tools that read "
    "show what the key's owner may see. Tools whose names begin with propose_ only suggest: a "
    "person of the shop confirms or declines, so say in `reason` what it rests on, and do not "
    f"tell anybody that it is done. {NOTICE}"
)


class NotNow(Exception):
    """Why a caller gets no answer now: a key that works no more, or too many calls."""


def server_for(who: Who) -> Server[Any]:
    """A server of which `who` says at each message who calls. It raises `NotNow`."""

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=await sync_to_async(_told)(who))

    async def call_tool(_context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        said = await sync_to_async(_said)(who, params)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=said.text)],
            structured_content=said.data,
            is_error=said.is_error,
        )

    return Server(
        "rapport",
        title="Rapport",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        get_tool_input_schema=lambda name: input_of(name) if name in TOOLS else None,
    )


def _told(who: Who) -> list[types.Tool]:
    return [_as_told(tool) for tool in tools_of(_known(who).key)]


def _said(who: Who, params: types.CallToolRequestParams) -> Any:
    return call(params.name, params.arguments or {}, _known(who))


def _known(who: Who) -> Caller:
    try:
        return who()
    except NotNow as error:
        raise MCPError(types.INVALID_REQUEST, str(error)) from error


def _as_told(tool: Tool) -> types.Tool:
    is_read = tool.method == "GET"
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.says,
        input_schema=input_of(tool.name),
        output_schema=output_of(tool.name),
        annotations=types.ToolAnnotations(
            read_only_hint=is_read, destructive_hint=False, open_world_hint=True
        ),
    )


@dataclass
class Exchange:
    """One request over HTTP and its answer, as the SDK's ASGI handler makes it."""

    scope: dict[str, Any]
    body: bytes
    status: int = 500
    headers: list[tuple[str, str]] = field(default_factory=list)
    answer: bytes = b""
    is_read: bool = False

    async def receive(self) -> dict[str, Any]:
        """The body, then nothing: the caller stays until the answer is made."""
        if self.is_read:
            await anyio.sleep_forever()
        self.is_read = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def send(self, message: Any) -> None:
        """Take up a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(k.decode(), v.decode()) for k, v in message.get("headers", ())]
        elif message["type"] == "http.response.body":
            self.answer += message.get("body", b"")


def answer_over_http(exchange: Exchange, caller: Caller, origins: list[str]) -> None:
    """Fill in the answer to one message. There are no sessions and no streams: each message
    stands for itself. A page of another site (by `Origin`) gets no answer.
    """
    own = f"{caller.scheme}://{caller.host}"
    manager = StreamableHTTPSessionManager(
        server_for(lambda: caller),
        json_response=True,
        stateless=True,
        security_settings=TransportSecuritySettings(
            allowed_hosts=[caller.host], allowed_origins=[own, *origins]
        ),
        max_request_body_size=MOST_BYTES,
    )

    async def answered() -> None:
        async with manager.run():
            await manager.handle_request(exchange.scope, exchange.receive, exchange.send)

    async_to_sync(answered)()


async def serve_over_stdio(who: Who) -> None:
    """Answer messages on stdin until it is closed."""
    server = server_for(who)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
