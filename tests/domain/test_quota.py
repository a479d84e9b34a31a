"""What is said of a wish for a machine: fits, never, an own limit, not now. In numbers, for people."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visa.domain.quota import (
    Amount,
    Bound,
    Fits,
    Held,
    Limits,
    Mine,
    Never,
    NotNow,
    Number,
    OwnLimit,
    Whose,
    rule,
    surplus,
)

SMALL, LARGE = Amount(1, 2, 4096), Amount(1, 8, 32768)
amounts = st.builds(Amount, *(st.integers(0, 40) for _ in Number))
limits = st.builds(Limits, *(st.none() | st.integers(0, 40) for _ in Number))


def own(limit: Limits, *having: Mine) -> Bound:
    return Bound(Whose.OWN, "ada", sum((one.amount for one in having), Amount()), limit)


def shared(used: Amount, limit: Limits, *, whose: Whose = Whose.CLOUD, name: str = "main") -> Bound:
    return Bound(whose, name, used, limit)


FIT, MODEL = Mine("i1", "Fit", SMALL), Mine("i2", "Model", LARGE)
TWO = Limits(instances=2)


@pytest.mark.parametrize(
    ("wish", "limit", "having", "bounds", "expected", "words"),
    [
        (SMALL, TWO, (FIT,), (), Fits, ""),
        (SMALL, Limits(instances=0), (), (), Never, "may not have desktops yet"),
        (LARGE, Limits(5, vcpus=4), (), (), Never, "It needs 8 cores; you may have 4 cores at once."),
        (
            LARGE,
            TWO,
            (),
            (shared(Amount(), Limits(memory_mib=16384)),),
            Never,
            "It needs 32 GiB of memory; there is 16",
        ),
        (SMALL, TWO, (FIT, MODEL), (), OwnLimit, "all 2 desktops that you may have at once. Delete “Fit” or “Model”"),
        (SMALL, Limits(instances=1), (FIT,), (), OwnLimit, "the one desktop"),
        (
            LARGE,
            Limits(5, vcpus=16),
            (FIT, MODEL),
            (),
            OwnLimit,
            "You use 10 of the 16 cores that you may have at once",
        ),
        (
            SMALL,
            TWO,
            (),
            (shared(Amount(10), Limits(instances=10)),),
            NotNow,
            "All 10 desktops of the cloud are in use.",
        ),
        (SMALL, TWO, (), (shared(Amount(9, 31), Limits(vcpus=32)),), NotNow, "of the 32 cores of the cloud 1 is free."),
        (Amount(1, gpus=1), TWO, (), (shared(Amount(1, gpus=1), Limits(gpus=1)),), NotNow, "The only GPU of the cloud"),
        (
            SMALL,
            TWO,
            (),
            (shared(Amount(3), Limits(3), whose=Whose.EXPERIMENT, name="e7"),),
            NotNow,
            "of experiment e7",
        ),
    ],
)
def test_each_ruling_says_which_limit_and_how_much(wish, limit, having, bounds, expected, words):
    ruling = rule(wish, own=own(limit, *having), mine=having, shared=bounds)
    assert isinstance(ruling, expected)
    assert words in getattr(ruling, "reason", "")


def test_only_desktops_that_free_enough_are_named():
    ruling = rule(LARGE, own=own(Limits(5, vcpus=12), FIT, MODEL), mine=(FIT, MODEL), shared=())
    assert isinstance(ruling, OwnLimit)
    assert ruling.frees == (MODEL,)
    assert "Delete “Model” to make room." in ruling.reason


def test_what_can_never_fit_is_said_before_the_person_is_told_to_make_room():
    ruling = rule(LARGE, own=own(Limits(1), FIT), mine=(FIT,), shared=(shared(Amount(), Limits(vcpus=4)),))
    assert isinstance(ruling, Never)


def test_a_machine_without_gpus_is_not_refused_because_there_are_none():
    assert rule(SMALL, own=own(Limits(2, gpus=0)), mine=(), shared=(shared(Amount(gpus=9), Limits(gpus=4)),)) == Fits()


@given(wish=amounts, used=amounts, mine_limit=limits, limit=limits)
def test_what_fits_exceeds_no_limit_and_what_never_fits_would_not_fit_into_an_empty_place(
    wish, used, mine_limit, limit
):
    ruling = rule(wish, own=own(mine_limit), mine=(), shared=(shared(used, limit),))
    for number in Number:
        if isinstance(ruling, Fits) and wish.of(number):
            assert wish.of(number) <= (mine_limit.of(number) if mine_limit.of(number) is not None else 99)
            assert used.of(number) + wish.of(number) <= (limit.of(number) if limit.of(number) is not None else 99)
    if isinstance(ruling, NotNow):
        assert rule(wish, own=own(mine_limit), mine=(), shared=(shared(Amount(), limit),)) == Fits()


def held(name: str, amount: Amount, *, idle_h: float) -> Held:
    return Held(name, amount, datetime(2030, 1, 7, tzinfo=UTC) - timedelta(hours=idle_h))


def test_the_longest_idle_ones_are_too_many_until_the_rest_fits():
    having = [held("new", SMALL, idle_h=1), held("old", SMALL, idle_h=90), held("older", SMALL, idle_h=200)]
    assert surplus(Limits(instances=1), having) == ("older", "old")
    assert surplus(Limits(instances=3), having) == ()


def test_a_machine_whose_end_would_not_help_stays():
    having = [
        held("small", SMALL, idle_h=200),
        held("large", LARGE, idle_h=1),
        held("gpu", Amount(1, gpus=1), idle_h=90),
    ]
    assert surplus(Limits(gpus=0), having) == ("gpu",)
    assert surplus(Limits(vcpus=4), having) == ("large",)  # without the small one it would still be too much


@given(
    having=st.lists(st.tuples(amounts, st.floats(0, 1000)), max_size=8).map(
        lambda some: [held(f"i{number}", amount, idle_h=idle_h) for number, (amount, idle_h) in enumerate(some)]
    ),
    limit=limits,
)
def test_what_stays_fits_and_sparing_any_other_would_not(having, limit):
    gone = surplus(limit, having)
    kept = sum((one.amount for one in having if one.id not in gone), Amount())
    fits = own(limit, *(Mine(one.id, "", one.amount) for one in having if one.id not in gone))
    assert all(limit.of(number) is None or fits.used.of(number) <= limit.of(number) for number in Number)
    for spared in (one for one in having if one.id in gone):
        more = kept + spared.amount
        assert any(limit.of(number) is not None and more.of(number) > limit.of(number) for number in Number)
