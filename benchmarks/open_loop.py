"""Asks a service at a fixed rate, however long it takes, and measures from when it meant to ask.

A client that waits for an answer before it asks again (closed loop) asks less where the service is
slow, and so does not see how long others would have waited. Here the times of all requests are
drawn beforehand, as of people who know nothing of each other (a Poisson process); one that finds no
free connection waits, and the waiting counts.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from dataclasses import dataclass, field

import numpy as np

LONGEST_S = 10.0
"""After the last request it waits so long for answers."""


@dataclass
class Connection:
    """One connection that is kept open."""

    socket: socket.socket
    meant: float = 0.0
    received: bytearray = field(default_factory=bytearray)

    def is_answered(self) -> bool:
        """Read what has come; say whether the answer is whole. One that is no 200 is refused."""
        came = self.socket.recv(2**18)
        if not came:
            raise ConnectionError("the service has closed a connection")
        self.received += came
        head, found, body = bytes(self.received).partition(b"\r\n\r\n")
        if not found:
            return False
        if not head.startswith(b"HTTP/1.1 200 "):
            raise ConnectionError(f"the service said {head[:40]!r}")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return len(body) >= length


def waits_ms(
    port: int,
    requests: list[bytes],
    *,
    per_s: float,
    seconds: float,
    seed: int = 0,
    connections: int = 32,
) -> np.ndarray:
    """Ask for so many seconds, and give how long each answer took, in the order of their ends.

    Args:
        port: of the service, on this machine.
        requests: what is asked, in turn, as it goes over the wire.
        per_s: requests per second on average.
        seconds: for how long.
        seed: draws the times.
        connections: how many requests can be under way; further ones wait, which counts.
    """
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.exponential(1 / per_s, int(per_s * seconds))).tolist()
    waits: list[float] = []
    free: deque[Connection] = deque()  # in turn: one that is never used would be closed
    waiting: deque[tuple[float, bytes]] = deque()
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            opened = Connection(socket.create_connection(("127.0.0.1", port)))
            opened.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.socket.setblocking(False)
            selector.register(opened.socket, selectors.EVENT_READ, opened)
            free.append(opened)
        start, asked = time.perf_counter(), 0
        while len(waits) < len(times):
            now = time.perf_counter() - start
            while asked < len(times) and times[asked] <= now:
                waiting.append((times[asked], requests[asked % len(requests)]))
                asked += 1
            while waiting and free:
                connection = free.popleft()
                connection.meant, request = waiting.popleft()
                connection.received.clear()
                connection.socket.sendall(request)
            # no sleep: it would wake too late, and that is not what is measured
            for key, _ in selector.select(0):
                if key.data.is_answered():
                    waits.append(time.perf_counter() - start - key.data.meant)
                    free.append(key.data)
            if now > times[-1] + LONGEST_S:
                raise TimeoutError(f"{len(times) - len(waits)} of {len(times)} are not answered")
        for key in list(selector.get_map().values()):
            key.data.socket.close()
    return 1000 * np.array(waits)
