"""Serving: a socket taken before anything else is started, and uvicorn under our own signals."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import uvicorn
from starlette.types import ASGIApp

from shared.host.errors import HostError
from shared.http.doorstep import Doorstep

#: How long open requests may still take after a signal.
GRACE_SECONDS = 5
_BACKLOG = 2048

T = TypeVar("T")


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address.

    Raises:
        HostError: somebody else listens there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise HostError(
            f"Port {port} of {host} is taken or not ours ({error.strerror});"
            " choose another with --port or KEHU_PORT."
        ) from error
    return sock


def address_of(sock: socket.socket) -> str:
    """Return the URL under which a socket of ours is reached."""
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - compared only
    return f"http://{host}:{port}"


class Server(uvicorn.Server):
    """uvicorn without a lifespan (the host has one of its own) and without signals (see `run`)."""

    def __init__(self, app: ASGIApp, doorstep: Doorstep | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_protocol(doorstep),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
                timeout_keep_alive=75,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def _protocol(doorstep: Doorstep | None) -> Any:
    try:
        from shared.host.protocol import BoundedProtocol
    except ImportError:  # its parser is not made for this platform; the other has limits of its own
        return "h11"
    return type("Protocol", (BoundedProtocol,), {"doorstep": doorstep})


def _nobody() -> None:
    """Nobody needs to know."""


async def serve(
    app: ASGIApp,
    sock: socket.socket,
    stop: asyncio.Event,
    *,
    drain: Callable[[], None] = _nobody,
    drain_seconds: float = 0,
    doorstep: Doorstep | None = None,
) -> None:
    """Answer requests until ``stop`` is set; then call ``drain``, go on for ``drain_seconds`` so
    that it becomes known, accept no more, and finish what is open. What ``doorstep`` turns away
    does not come to the application."""
    server = Server(app, doorstep)

    async def stop_serving() -> None:
        await stop.wait()
        drain()
        await asyncio.sleep(drain_seconds)
        server.should_exit = True

    async with asyncio.TaskGroup() as group:
        stopping = group.create_task(stop_serving())
        await server.serve([sock])
        stopping.cancel()


def freeze() -> None:
    """Tell the garbage collector that what exists now will stay; its pauses shrink ninefold."""
    gc.collect()
    gc.freeze()


def run(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run ``main(stop)``; SIGTERM and SIGINT set ``stop``, and a second one cancels ``main``."""
    _run(_with_signals(main))


def run_once(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run ``work()`` to its end and return what it returns; SIGTERM and SIGINT cancel it."""
    return _run(_cancelled_by_signals(work))


async def _with_signals(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    stop = asyncio.Event()
    task = asyncio.ensure_future(main(stop))
    _on_signals(lambda: task.cancel() if stop.is_set() else stop.set())
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _cancelled_by_signals(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    task = asyncio.ensure_future(work())
    _on_signals(task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise HostError("Stopped.") from None


def _on_signals(act: Callable[[], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, act)


def _run(main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not made for this platform
        return None
    return uvloop.new_event_loop
