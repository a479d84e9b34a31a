"""Lived time: what counts, what does not, and that clocks which disagree never add up to more than passed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from visa.domain.lived import Behind, Lived, Pace, begin, set_back, tick

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
PACE = Pace()
YEAR = timedelta(days=365)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def ticked(before: Lived, now: datetime) -> Lived:
    after = tick(before, now, PACE)
    assert isinstance(after, Lived)
    return after


def test_small_steps_count_and_large_ones_do_not():
    lived = ticked(begin(NOW), NOW + seconds(200))
    assert (lived.lived_s, lived.settled(PACE)) == (200, True)
    jumped = ticked(lived, lived.at + YEAR)
    assert (jumped.lived_s, jumped.settled(PACE)) == (200, False)


def test_it_is_settled_again_after_ticks_that_follow_each_other():
    lived = ticked(begin(NOW), NOW + YEAR)
    for _ in range(3):
        assert not lived.settled(PACE)
        lived = ticked(lived, lived.at + seconds(200))
    assert lived.settled(PACE)


def test_a_clock_that_is_a_little_behind_changes_nothing_and_one_that_is_far_behind_does_nothing():
    lived = ticked(begin(NOW), NOW + seconds(100))
    assert tick(lived, lived.at - PACE.agree, PACE) == lived
    assert tick(lived, lived.at - PACE.agree - seconds(1), PACE) == Behind(PACE.agree + seconds(1))


def test_setting_it_back_takes_away_what_was_counted_of_that_time_and_no_more():
    lived = ticked(begin(NOW), NOW + seconds(200))
    assert set_back(lived, NOW + seconds(50)).lived_s == 50
    jumped = ticked(ticked(lived, lived.at + YEAR), lived.at + YEAR + seconds(100))
    assert set_back(jumped, lived.at + seconds(10)).lived_s == 200


@dataclass
class Clocked:
    """A scheduler whose clock is `off` from the truth, and whether it was behind at its last tick."""

    off: timedelta
    was_behind: bool = False


OFFS = st.one_of(st.just(0), st.integers(-400, 400), st.integers(-(10**9), 10**9))


@settings(max_examples=500)
@example(offs=[0, 200, 400], turns=[(1, 0, False), (2, 0, True)])
@given(
    offs=st.lists(OFFS, min_size=1, max_size=3),
    turns=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 400), st.booleans()), max_size=60),
)
def test_never_more_is_counted_than_passed_apart_from_a_step_a_clock(
    offs: list[int], turns: list[tuple[int, int, bool]]
):
    """Several schedulers, each with a clock that is off by some amount, tick in any order and after any pauses."""
    schedulers = [Clocked(seconds(off)) for off in offs]
    truth, lived = NOW, begin(NOW)
    counted = [(truth, 0.0)]
    apart_s = PACE.step.total_seconds() * len(schedulers)
    for number, pause_s, stepped in turns:
        truth += seconds(pause_s)
        one = schedulers[number % len(schedulers)]
        after = tick(lived, truth + one.off, PACE)
        if isinstance(after, Behind):
            lived = set_back(lived, truth + one.off) if one.was_behind else lived
            one.was_behind = not one.was_behind
        else:
            lived, one.was_behind = after, False
        if stepped:
            for began, lived_s in counted:
                assert lived.lived_s - lived_s <= (truth - began).total_seconds() + apart_s
            counted.append((truth, lived.lived_s))
