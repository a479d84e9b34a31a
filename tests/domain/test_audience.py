"""For whom an entry is, and which lifetimes count."""

import pytest

from visa.domain import expiry
from visa.domain.access import Role, Standing
from visa.domain.audience import InCloud, Seeker, State, is_for, trouble
from visa.domain.expiry import Allowance, Lifetime

USER = Seeker(Standing.USER, groups=frozenset({"4711"}), instruments=frozenset({"d1"}))
GUEST = Seeker(Standing.GUEST)
STAFF = Seeker(Standing.STAFF, frozenset({Role.STAFF}))
ADMIN = Seeker(Standing.STAFF, frozenset({Role.ADMIN}))


def test_without_an_audience_it_is_for_everybody():
    assert all(is_for([], one) for one in (USER, GUEST, STAFF, ADMIN))


@pytest.mark.parametrize(
    ("word", "fits"),
    [
        ("role:user", [USER]),
        ("role:staff", [STAFF]),
        ("role:guest", [GUEST]),
        ("role:support", []),
        ("role:admin", []),
        ("group:4711", [USER]),
        ("instrument:d1", [USER]),
        ("group:471", []),
        ("instrument:d", []),
    ],
)
def test_one_word_lets_in_whom_it_names_and_admins(word: str, fits: list[Seeker]):
    assert [one for one in (USER, GUEST, STAFF, ADMIN) if is_for([word], one)] == [*fits, ADMIN]


@pytest.mark.parametrize("role", [Role.IT_SUPPORT, Role.INSTRUMENT_SCIENTIST])
def test_both_kinds_of_support_are_support(role: Role):
    assert is_for(["role:support"], Seeker(Standing.STAFF, frozenset({role})))


def test_one_word_that_fits_is_enough():
    assert is_for(["role:staff", "instrument:d1"], USER)


@pytest.mark.parametrize("word", ["", "user", "role:", "role:boss", "person:ada", "group: 1"])
def test_words_that_mean_nothing_are_named(word: str):
    assert trouble(word)


@pytest.mark.parametrize("word", ["role:guest", "group:4711", "instrument:d1"])
def test_good_words_are_no_trouble(word: str):
    assert trouble(word) is None


@pytest.mark.parametrize(("state", "allowed"), [("here", True), ("unknown", True), ("vanished", False)])
def test_only_what_is_known_to_have_vanished_cannot_be_started(state: str, allowed: bool):
    verdict = InCloud(State(state)).startable
    assert (verdict.allowed, bool(verdict.reason)) == (allowed, not allowed)


def test_lifetimes_replace_the_policy_and_the_smaller_of_each_number_counts():
    policy = Allowance(14, 14, 60, 2)
    assert expiry.replaced(policy, []) == policy
    assert expiry.replaced(policy, [Lifetime(30, 20, 90)]) == Allowance(30, 20, 90, 2)
    assert expiry.replaced(policy, [Lifetime(30, 5, 90), Lifetime(3, 20, 100)]) == Allowance(3, 5, 90, 2)
