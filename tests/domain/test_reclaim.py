"""When things are taken back: full warnings whatever clocks and mail do, and broken copies of the rules are caught.

A small world with a true time, a clock that may be set, schedulers that may stand still, and mail that may be down.
What is promised is judged by the true time alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from visa.domain.lived import Behind, Lived, Pace, begin, set_back, tick
from visa.domain.reclaim import Cause, Course, Given, Moment, Stay, Why, course

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PACE = Pace(step=HOUR, agree=timedelta(seconds=30), settle=2 * HOUR)
CAUSE = Cause(Why.LIFETIME, NOW, NOW + 14 * DAY, (3 * DAY, DAY))
Rule = Callable[[Cause, Moment], Course]


def at(now: datetime, lived: timedelta | None = None) -> Moment:
    """A moment at which all time since NOW was lived through, unless said otherwise."""
    return Moment(now, (now - NOW if lived is None else lived).total_seconds())


def test_warnings_are_due_one_after_the_other_and_then_the_end():
    assert course(CAUSE, at(NOW)) == Course(NOW + 14 * DAY, None, NOW + 11 * DAY)
    assert course(CAUSE, at(NOW + 11 * DAY)) == Course(NOW + 14 * DAY, 3 * DAY, NOW + 11 * DAY)
    told = replace(CAUSE, given=(Given(3 * DAY, NOW + 14 * DAY, at(NOW + 11 * DAY).lived_s),))
    assert course(told, at(NOW + 12 * DAY)) == Course(NOW + 14 * DAY, None, NOW + 13 * DAY)
    assert course(told, at(NOW + 13 * DAY)).warn == DAY
    both = replace(told, given=(*told.given, Given(DAY, NOW + 14 * DAY, at(NOW + 13 * DAY).lived_s)))
    assert not course(both, at(NOW + 14 * DAY - HOUR)).due(NOW + 14 * DAY - HOUR)
    assert course(both, at(NOW + 14 * DAY)).due(NOW + 14 * DAY)


def test_a_warning_that_is_not_delivered_moves_the_end_on():
    late = NOW + 20 * DAY
    assert course(CAUSE, at(late)) == Course(late + 3 * DAY, 3 * DAY, late)


def test_what_was_announced_stays_when_the_deadline_comes_forward():
    told = replace(CAUSE, given=(Given(3 * DAY, NOW + 14 * DAY, at(NOW + 11 * DAY).lived_s),), deadline=NOW)
    assert course(told, at(NOW + 12 * DAY)).axe_at == NOW + 14 * DAY


def test_a_clock_that_was_set_forward_does_not_make_a_warning_full():
    told = replace(CAUSE, leads=(3 * DAY,), given=(Given(3 * DAY, NOW + 14 * DAY, at(NOW + 11 * DAY).lived_s),))
    jumped = at(NOW + 400 * DAY, lived=12 * DAY)
    assert course(told, jumped) == Course(jumped.now + 2 * DAY, None, jumped.now + 2 * DAY)


def test_a_stay_is_lived_through_whatever_the_clock_says():
    binned = Cause(Why.BIN, NOW, NOW + 90 * DAY, (14 * DAY,), stay=Stay(90 * DAY, 0))
    jumped = at(NOW + 400 * DAY, lived=DAY)
    assert course(binned, jumped) == Course(jumped.now + 89 * DAY, None, jumped.now + 75 * DAY)


@dataclass
class World:
    """What happens to one cause. Each of `given` is kept with the true time of its delivery."""

    rule: Rule
    cause: Cause
    truth: datetime = NOW
    off: timedelta = timedelta()
    mail_works: bool = True
    behind: bool = False
    lived: Lived = field(default_factory=lambda: begin(NOW))
    delivered: dict[timedelta, datetime] = field(default_factory=dict)
    announced: list[datetime] = field(default_factory=list)
    taken_at: datetime | None = None

    def tick(self) -> None:
        """One activation of a scheduler."""
        now = self.truth + self.off
        after = tick(self.lived, now, PACE)
        if isinstance(after, Behind):
            self.lived = set_back(self.lived, now) if self.behind else self.lived
            self.behind = not self.behind
            return
        self.lived, self.behind = after, False
        step = self.rule(self.cause, Moment(now, self.lived.lived_s))
        if step.due(now) and self.lived.settled(PACE):
            self.taken_at = self.truth
        elif step.warn is not None and self.mail_works:
            told = Given(step.warn, step.axe_at, self.lived.lived_s)
            self.delivered[step.warn] = self.truth
            self.announced.append(step.axe_at)
            self.cause = replace(self.cause, given=(*self.cause.given, told))

    def promises(self) -> None:
        """Judged at the moment of taking, by the truth."""
        assert self.taken_at is not None
        for lead in self.cause.leads:
            assert lead in self.delivered, "taken without a warning"
            assert self.taken_at - self.delivered[lead] >= lead - PACE.step, "a warning was not given in full"
        assert self.taken_at + self.off >= max(self.announced), "taken before the announced moment"
        if self.cause.stay is not None:
            assert self.taken_at - NOW >= self.cause.stay.length - PACE.step, "a stay was cut short"


EVENTS = st.one_of(
    st.tuples(st.just("ticks"), st.integers(1, 40)),
    st.tuples(st.just("ticks"), st.integers(1, 40)),
    st.tuples(st.just("pause"), st.integers(1, 100)),
    st.tuples(st.just("set clock"), st.integers(-2000, 2000)),
    st.tuples(st.just("mail"), st.integers(0, 1)),
    st.tuples(st.just("deadline"), st.integers(-300, 100)),
)
LEADS = st.lists(st.integers(1, 80), min_size=1, max_size=3, unique=True)


def play(rule: Rule, leads: list[int], stay: int, events: list[tuple[str, int]]) -> World:
    """Hours in which things happen; ends when the thing is taken."""
    length = stay * HOUR
    promised = Stay(length, 0) if stay % 2 else None
    world = World(rule, Cause(Why.BIN, NOW, NOW + length, tuple(lead * HOUR for lead in leads), stay=promised))
    for what, amount in events:
        match what:
            case "ticks":
                for _ in range(amount):
                    world.truth += HOUR
                    world.tick()
                    if world.taken_at:
                        return world
            case "pause":
                world.truth += amount * HOUR
            case "set clock":
                world.off += amount * HOUR
            case "mail":
                world.mail_works = bool(amount)
            case _:
                moved = world.cause.deadline + amount * HOUR  # a policy that changes what was promised to nobody
                world.cause = replace(world.cause, deadline=moved)
    return world


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(leads=LEADS, stay=st.integers(1, 300), events=st.lists(EVENTS, max_size=40))
def test_the_promises_hold_whatever_clocks_and_mail_do(leads: list[int], stay: int, events: list[tuple[str, int]]):
    world = play(course, leads, stay, events)
    if world.taken_at:
        world.promises()


@given(leads=LEADS, stay=st.integers(1, 300))
def test_with_good_clocks_and_mail_it_is_taken_on_the_hour_that_was_told(leads: list[int], stay: int):
    world = play(course, leads, stay, [("ticks", 1000)])
    assert world.taken_at is not None
    late = sum((lead * HOUR for lead in leads), 3 * HOUR * len(leads))
    assert world.taken_at <= NOW + stay * HOUR + late
    world.promises()


def unlived(cause: Cause, moment: Moment) -> Course:
    """Broken: believes the clock alone."""
    believed = Moment(moment.now, (moment.now - NOW).total_seconds())
    return course(cause, believed)


def unannounced(cause: Cause, moment: Moment) -> Course:
    """Broken: forgets which moment it named."""
    return course(replace(cause, given=tuple(replace(one, announced_for=NOW) for one in cause.given)), moment)


def unwarned(cause: Cause, moment: Moment) -> Course:
    """Broken: a warning that was only tried counts."""
    tried = tuple(Given(lead, NOW, 0) for lead in cause.leads if moment.now >= cause.deadline - lead)
    return course(replace(cause, given=tried), moment)


def unstayed(cause: Cause, moment: Moment) -> Course:
    """Broken: a stay lasts until its deadline, whoever moved that."""
    return course(replace(cause, stay=None), moment)


@pytest.mark.parametrize("mutant", [unlived, unannounced, unwarned, unstayed])
def test_a_broken_copy_of_a_rule_is_caught(mutant: Rule):
    def broken(plan: tuple[list[int], int, list[tuple[str, int]]]) -> bool:
        world = play(mutant, *plan)
        try:
            if world.taken_at:
                world.promises()
        except AssertionError:
            return True
        return False

    plans = st.tuples(LEADS, st.integers(1, 300), st.lists(EVENTS, max_size=40))
    wide = settings(
        max_examples=20000,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        derandomize=True,
    )
    try:
        find(plans, broken, settings=wide)
    except NoSuchExample:
        pytest.fail("nothing caught it")
