"""The facility port: who is who, what was measured, and where the data lie."""

from typing import Protocol

from visa.domain.facility import FacilityState


class Facility(Protocol):
    """A read-only source of people, instruments and experiments."""

    def read(self) -> FacilityState:
        """The whole state, consistent in itself: every id that is referred to exists.

        Raises `visa.errors.BadFiles` with every problem (file, line, field) when the source's content is wrong, and
        `visa.errors.Fault` when it cannot be read. The caller keeps the last good state in either case.
        """
        ...
