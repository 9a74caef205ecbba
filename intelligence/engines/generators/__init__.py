"""Engines that write text: local models by name or path, and OpenAI-compatible servers."""
