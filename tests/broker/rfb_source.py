"""A desktop of few words: a TCP server that speaks RFB's handshake and then does what a test wants."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SERVER_INIT = struct.pack("!HH16xI", 800, 600, 4) + b"test"
TIMEOUT_S = 20


def welcome(connection: socket.socket) -> None:
    """The server's side of the handshake: 3.8, None."""
    connection.sendall(b"RFB 003.008\n")
    _read(connection, 12)
    connection.sendall(b"\x01\x01")
    _read(connection, 1)
    connection.sendall(b"\0\0\0\0")
    _read(connection, 1)
    connection.sendall(SERVER_INIT)


def _read(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        data += connection.recv(length - len(data))
    return data


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Yields an address; `serve` gets every connection, each in a thread, which ends with the context."""
    threads: list[threading.Thread] = []
    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connections.append(connection)
                threads.append(threading.Thread(target=_served, args=(serve, connection)))
                threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield f"tcp:127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            accepting.join(TIMEOUT_S)
            for connection in connections:
                _hang_up(connection)
            for thread in threads:
                thread.join(TIMEOUT_S)


def _served(serve: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with connection:
        try:
            serve(connection)
        except (BrokenPipeError, ConnectionResetError):
            return  # the broker hung up first, which is its right


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # closed already
