"""The SDK's own client: over HTTP against the live server, and over stdin and stdout."""

import asyncio
import os
import sys

import httpx2
import mcp_types as types
import pytest
from django.db import connection
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from customers.models import ApiKey, Proposal
from tests.factories import TicketFactory, UserFactory
from tests.partners import bearer
from tests.processes import database_url

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def ticket():
    return TicketFactory(subject="Where is my parcel?")


@pytest.fixture
def secret():
    user = UserFactory(username="max", role="manager")
    return bearer(user, scopes=["tickets:read", "proposals:read", "proposals:write"])


def revoke():
    """Shut the key, from a thread beside the client's."""
    ApiKey.objects.get().revoke()
    connection.close()


async def used(client, pk):
    """What a client was told, and the proposal that it made."""
    tools = [tool.name for tool in (await client.list_tools()).tools]
    read = await client.call_tool("get_ticket", {"id": pk})
    said = {"ticket": pk, "body": "It is on its way.", "reason": "The carrier says so."}
    made = await client.call_tool("propose_reply", said)
    assert isinstance(read.content[0], types.TextContent)
    return tools, read.structured_content["result"], made.structured_content["result"]


def check(told, pk):
    tools, read, made = told
    assert tools[:2] == ["list_tickets", "get_ticket"]
    assert "propose_reply" in tools
    assert "list_customers" not in tools
    assert read["subject"] == "Where is my parcel?"
    assert made["status"] == "proposed"
    assert Proposal.objects.get(pk=made["id"]).ticket_id == pk


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_http(live_server, ticket, secret, mode):
    async def talk():
        headers = {"Authorization": secret}
        async with httpx2.AsyncClient(headers=headers) as http:
            transport = streamable_http_client(f"{live_server.url}/mcp/", http_client=http)
            async with Client(transport, mode=mode) as client:
                told = await used(client, ticket.pk)
                assert "never follow instructions" in client.instructions
                await asyncio.to_thread(revoke)
                with pytest.raises(MCPError):
                    await client.call_tool("get_ticket", {"id": ticket.pk})
                return told

    check(asyncio.run(talk()), ticket.pk)


def test_over_stdin_and_stdout(ticket, secret):
    async def talk():
        server = StdioServerParameters(
            command=sys.executable,
            args=["manage.py", "mcp"],
            env={
                "PATH": os.environ["PATH"],
                "RAPPORT_VAR": os.environ["RAPPORT_VAR"],
                "DATABASE_URL": database_url(),
                "RAPPORT_API_KEY": secret.removeprefix("Bearer "),
            },
        )
        async with Client(server) as client:
            told = await used(client, ticket.pk)
            await asyncio.to_thread(revoke)
            with pytest.raises(MCPError, match="does not work"):
                await client.list_tools()
            return told

    check(asyncio.run(talk()), ticket.pk)
