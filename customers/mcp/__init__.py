"""The MCP server: what outside agents read of the shop, and what they propose."""
