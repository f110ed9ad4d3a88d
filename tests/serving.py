"""A real HTTP server with a single thread: every request reuses the same database connection, as in production."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections


class OneThread(ThreadedWSGIServer):
    daemon_threads = True

    def process_request(self, request: Any, address: Any) -> None:
        self.process_request_thread(request, address)

    def _close_connections(self) -> None:
        """Django's own closes them with every request: here the next request goes on with them."""


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """The address of the application, until the block ends."""
    server = OneThread(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())

    def serve() -> None:
        server.serve_forever()
        connections.close_all()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
