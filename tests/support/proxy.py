"""A TCP line that can be troubled: refused, silent, cut, slow, or cut at a moment of one's choice.

Stands between a client and a server that know nothing of it. What is pressed into it while it is
silent arrives when it is mended, as after an outage of a network.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from shared.embedded.state import HOST

_CHUNK = 65_536
#: Close at once and with a reset, as a machine that is gone would answer.
_RESET = struct.pack("ii", 1, 0)

Watch = Callable[["Line", bytes], bool]


class Line:
    """One connection through the proxy. ``note`` is for those who watch it."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self._ends = (client, server)
        self.note = ""

    def cut(self) -> None:
        """Reset both ends."""
        for end in self._ends:
            with suppress(OSError, AttributeError):
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.transport.abort()


def _never(line: Line, data: bytes) -> bool:
    return False


class Proxy:
    """Listens on ``port`` and passes everything on to the target and back.

    ``sent`` and ``answered`` look at what the client and the server send before it is passed on;
    where one says True, the line is cut instead.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self.port = 0
        self.delay = 0.0
        self.bytes_at_once = _CHUNK
        self.sent: Watch = _never
        self.answered: Watch = _never
        self.cuts = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._listener: asyncio.Server | None = None
        self._lines: set[Line] = set()
        self._serving: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """Take connections, on the port of the last time."""
        if self._listener is None:
            self._listener = await asyncio.start_server(self._take, HOST, self.port)
            self.port = self._listener.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Cut all lines, and refuse new ones."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self.cut()

    async def fall_silent(self) -> None:
        """Pass nothing on any more; connections are still taken, and nobody answers."""
        self._flowing.clear()

    async def mend(self) -> None:
        """Be a line like any other again."""
        self.delay, self.bytes_at_once = 0.0, _CHUNK
        self._flowing.set()
        await self.listen()

    def cut(self) -> None:
        """Cut all lines there are."""
        for line in list(self._lines):
            line.cut()

    async def close(self) -> None:
        """End everything."""
        self._flowing.set()
        await self.refuse()
        for each in self._serving:
            each.cancel()
        if self._serving:
            await asyncio.wait(self._serving)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flowing.wait()
        try:
            from_server, to_server = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        line = Line(writer, to_server)
        self._lines.add(line)
        ways = (
            asyncio.ensure_future(self._pass(line, reader, to_server, "sent")),
            asyncio.ensure_future(self._pass(line, from_server, writer, "answered")),
        )
        try:
            # Whichever way ends first ends both.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in ways:
                each.cancel()
            self._lines.discard(line)
            writer.close()
            to_server.close()

    async def _pass(
        self, line: Line, source: asyncio.StreamReader, sink: asyncio.StreamWriter, watch: str
    ) -> None:
        with suppress(OSError):
            while data := await source.read(self.bytes_at_once):
                await self._flowing.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                if getattr(self, watch)(line, data):
                    self.cuts += 1
                    line.cut()
                    return
                sink.write(data)
                await sink.drain()


@asynccontextmanager
async def proxied(host: str, port: int) -> AsyncIterator[Proxy]:
    """A proxy before an address, for the time of the block."""
    proxy = Proxy(host, port)
    await proxy.listen()
    try:
        yield proxy
    finally:
        await proxy.close()
