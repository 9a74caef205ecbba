"""The broker of files."""

from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from crm_site.services.broker import broker_settings
from crm_site.services.message_files import Channel


def test_a_message_is_seen_by_nobody_before_it_is_whole(tmp_path, monkeypatch):
    said = broker_settings(tmp_path)
    options = said["broker_transport_options"]
    with Connection(said["broker_url"], transport_options=options) as connection:
        channel = connection.default_channel
        assert isinstance(channel, Channel)
        named, seen_before = Path.replace, []

        def looked_at_first(part, name):
            with pytest.raises(Empty):
                channel._get("bulk")
            seen_before.append(part)
            return named(part, name)

        monkeypatch.setattr(Path, "replace", looked_at_first)
        channel._put("bulk", {"body": "茶壶"})
        assert len(seen_before) == 1
        assert channel._get("bulk") == {"body": "茶壶"}
        with pytest.raises(Empty):
            channel._get("bulk")
