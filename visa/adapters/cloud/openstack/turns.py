"""One at a time for each mark, within this process: two threads must not both miss a thing and make it."""

import threading

from visa.domain.resources import Mark

_LOCKS = 64


class Turns:
    """A fixed number of locks shared by all marks: two marks may wait for each other, which only costs time."""

    def __init__(self) -> None:
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))

    def of(self, mark: Mark) -> threading.Lock:
        return self._locks[hash(mark) % _LOCKS]
