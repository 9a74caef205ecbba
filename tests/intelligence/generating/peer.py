"""A server on loopback that speaks chat completions, or misbehaves as a test wants.

It keeps every request as it came: first line, headers, body, byte for byte.
"""

import contextlib
import json
import socket
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def answer(text="Your parcel comes today.", tokens=(40, 7), finish="stop"):
    """The body of a good answer."""
    told = {
        "id": "1",
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": finish,
            }
        ],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]},
    }
    return json.dumps(told).encode()


class Peer:
    """`answers` are (status, headers, body) or a callable with the handler, one a request;
    the last one stays.
    """

    def __init__(self, *answers):
        self.answers = list(answers) or [(200, {}, answer())]
        self.received = []

    def __enter__(self):
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                peer.received.append((self.path, dict(self.headers), body))
                reply = peer.answers.pop(0) if len(peer.answers) > 1 else peer.answers[0]
                with contextlib.suppress(ConnectionError):
                    reply(self, body) if callable(reply) else self.reply(*reply)

            def reply(self, status, headers, body):
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def bodies(self):
        return [body for _path, _headers, body in self.received]


def echo(make):
    """A reply whose text is made from the data that came."""

    def reply(handler, body):
        data = json.loads(body)["messages"][1]["content"]
        handler.reply(200, {}, answer(make(data)))

    return reply


def dripping(handler, _body):
    """A byte every 50 ms, for ever."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def dripping_headers(handler, _body):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-A: ")
    while True:
        handler.wfile.write(b"a")
        handler.wfile.flush()
        time.sleep(0.05)


def silent(_handler, _body):
    time.sleep(3)


def endless(handler, _body):
    """Ten megabytes."""
    handler.reply(200, {}, b'{"choices": "' + b"x" * 10_000_000 + b'"}')


def hanging_up(handler, _body):
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def forwarded_to(url):
    """What another server says to the same bytes."""

    def reply(handler, body):
        asked = urllib.request.Request(
            url + "/chat/completions", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=100) as told:
            handler.reply(told.status, {}, told.read())

    return reply
