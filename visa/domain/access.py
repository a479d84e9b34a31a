"""Who may do what: roles, and what a person is to a thing. Who may not know that a thing exists is told "not found"."""

from enum import StrEnum


class Role(StrEnum):
    """Roles beside being an ordinary user, from the facility, an entitlement or an admin."""

    STAFF = "staff"
    INSTRUMENT_SCIENTIST = "instrument_scientist"
    IT_SUPPORT = "it_support"
    ADMIN = "admin"


STAFF_LIKE = frozenset(Role)


class Standing(StrEnum):
    """Which allowance a person has."""

    USER = "user"
    STAFF = "staff"
    GUEST = "guest"


def standing(roles: frozenset[Role], *, linked: bool) -> Standing:
    """`linked`: the person is known to the facility, as user or staff."""
    if roles & STAFF_LIKE:
        return Standing.STAFF
    return Standing.USER if linked else Standing.GUEST


def needs_experiment(who: Standing) -> bool:
    """Whether an instance of this person must be for at least one experiment."""
    return who is not Standing.STAFF
