"""The head of a request: read fast, and never without end."""

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_BYTES = 64 * 1024
"""Of request line and headers; what arrives at once with their end may be more."""


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's quick protocol, which by itself keeps a head of any size."""

    _unfinished = 0

    @override
    def data_received(self, data: bytes) -> None:
        in_head_before = self._unfinished
        super().data_received(data)
        if not self._unfinished:
            return
        self._unfinished = in_head_before + len(data)
        if self._unfinished > MAX_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._unfinished = 1

    @override
    def on_headers_complete(self) -> None:
        self._unfinished = 0
        super().on_headers_complete()
