"""A receiver of webhooks on this machine, which behaves as it is told."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """`behave(handler, body)` gives a status, or None where it has answered itself (or broken
    the connection off). `taken` are the requests that were answered 2xx, `calls` all of them,
    as (headers, body); `connections` counts whoever connected.
    """

    def __init__(self, behave=lambda _handler, _body: 200, host="127.0.0.1"):
        self.behave, self.host = behave, host
        self.calls, self.taken, self.connections = [], [], 0
        self.lock = threading.Lock()

    def __enter__(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self):
                with receiver.lock:
                    receiver.connections += 1
                super().setup()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with receiver.lock:
                    receiver.calls.append((headers, body, self.path))
                with contextlib.suppress(ConnectionError, TimeoutError):
                    status = receiver.behave(self, body)
                    if status is None:
                        return
                    if 200 <= status < 300:
                        with receiver.lock:
                            receiver.taken.append((headers, body, self.path))
                    self.answer(status)

            do_PUT = do_POST  # noqa: N815

            def answer(self, status, **headers):
                self.send_response(status)
                for name, value in {"Content-Length": "2", **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer((self.host, 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def ids(self):
        """The `webhook-id` of each request that was taken."""
        return [headers["webhook-id"] for headers, _body, _path in self.taken]
