"""Pages that no node of ours would send whole: what a wall that dies in the middle of one leaves."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

TORN = {
    "in its body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
    "in the body of a 503": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100\r\n\r\n{",
    "in its first line": b"HTT\r\n\r\n",
    "before it": b"",
}
"""Where it ends → what comes of it."""


@contextmanager
def page(reply: bytes) -> Iterator[str]:
    """The URL of a page that is this, to the byte, and ends there."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(reply)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/health"
        finally:
            server.shutdown()
            thread.join()
