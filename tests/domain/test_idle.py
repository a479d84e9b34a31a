"""When a machine is idle: unknown is never idle, whatever is reported when, and broken copies of the rules are caught.

What is claimed is judged by the words themselves: since then none told of use, and no time was without a word.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from visa.domain.idle import Heard, Idle, Running, Signal, State, hear, idle, mean_load, says

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KNOWN = 10 * MINUTE
LONG = 400


def at(minute: float) -> datetime:
    return NOW + minute * MINUTE


@dataclass(frozen=True)
class Word:
    """One word of one signal, in minutes since the machine lives."""

    minute: int
    signal: Signal
    active: bool


Hear = Callable[..., Heard]
Rule = Callable[..., Idle]
words = st.builds(Word, st.integers(0, LONG), st.sampled_from(Signal), st.sampled_from([False, False, False, True]))
steady = st.builds(
    lambda steps, active: [
        Word(minute, signal, (number + index) in active)
        for index, minute in enumerate(itertools.accumulate(steps))
        for number, signal in enumerate(Signal)
    ],
    st.lists(st.integers(1, 12), min_size=1, max_size=30),
    st.sets(st.integers(0, 30), max_size=2),
)
histories = st.one_of(st.lists(words, max_size=40), steady)


def told(history: Sequence[Word], *, hearing: Hear = hear) -> list[Heard]:
    known = {signal: Heard(signal) for signal in Signal}
    for word in history:
        known[word.signal] = hearing(known[word.signal], now=at(word.minute), active=word.active, known_for=KNOWN)
    return list(known.values())


def judged(heard: Sequence[Heard], minute: int, *, rule: Rule = idle, running: Running = Running.RUNS) -> Idle:
    return rule(heard, now=at(minute), lives_from=NOW, running=running, known_for=KNOWN)


def unjust(history: Sequence[Word], minute: int, *, hearing: Hear = hear, rule: Rule = idle) -> bool:
    """Whether the machine is called idle since a moment after which it was used, or not known to be unused."""
    since = judged(told(history, hearing=hearing), minute, rule=rule).since
    if since is None:
        return False
    return any(_used_since(since, [word for word in history if word.signal is one], at(minute)) for one in Signal)


def _used_since(since: datetime, history: Sequence[Word], now: datetime) -> bool:
    heard = [at(word.minute) for word in history]
    before = max((one for one in heard if one <= since), default=None)
    after = [one for one in heard if since < one <= now]
    if before is None or any(word.active and since < at(word.minute) <= now for word in history):
        return True
    return any(later - earlier > KNOWN for earlier, later in itertools.pairwise([before, *after, now]))


ordered = histories.map(lambda history: sorted(history, key=lambda word: word.minute))


@given(ordered, st.integers(0, 60))
def test_whatever_is_used_or_unknown_is_not_idle(history, later):
    assert not unjust(history, max((word.minute for word in history), default=0) + later)


@given(histories)
def test_words_out_of_order_make_nothing_idle_for_longer(history):
    """Both as they are judged after one more word of each signal, which says the newest time again."""
    last = max((word.minute for word in history), default=0)
    again = [Word(last, signal, False) for signal in Signal]
    in_order = judged(told([*sorted(history, key=lambda word: word.minute), *again]), last)
    as_they_came = judged(told([*history, *again]), last)
    assert in_order.since is not None
    assert as_they_came.since is not None
    assert as_they_came.since >= in_order.since


@given(st.permutations([Word(minute, Signal.LOAD, minute in {3, 5}) for minute in range(8)]))
def test_the_order_of_words_within_the_time_that_they_hold_does_not_matter(history):
    (load,) = [one for one in told(history) if one.signal is Signal.LOAD]
    first_minute = history[0].minute
    assert load.known_at == at(7)
    assert load.quiet_since == at(max(5, first_minute))


@given(ordered, st.sampled_from(Signal), st.integers(11, 60))
def test_a_gap_in_any_signal_moves_idleness_behind_it(history, signal, gap):
    last = max((word.minute for word in history), default=0)
    back = last + gap
    after = [Word(back, one, False) for one in Signal]
    kept = [Word(last + 5 * step, one, False) for step in range(1, gap // 5 + 1) for one in Signal if one is not signal]
    since = judged(told([*history, *kept, *after]), back).since
    assert since is not None
    assert since >= at(back)


@given(histories, st.integers(0, LONG), st.integers(0, LONG))
def test_a_clock_that_is_set_back_makes_nothing_idle_for_longer(history, minute, back):
    heard = told(history)
    before, after = judged(heard, minute), judged(heard, minute - back)
    if before.since is not None and after.since is not None:
        assert at(minute - back) - after.since <= at(minute) - before.since


@given(histories, st.integers(1, LONG), st.integers(0, 9))
def test_after_a_clock_was_set_back_idleness_counts_from_then(history, back, later):
    now = max((word.minute for word in history), default=0) - back - 11
    heard = told([*history, *(Word(now, one, False) for one in Signal)])
    since = judged(heard, now + later).since
    assert since is not None
    assert at(now + later) - since <= later * MINUTE


def test_a_signal_that_was_never_heard_is_unknown_and_nothing_is_idle():
    result = judged(told([Word(minute, Signal.INPUT, False) for minute in range(9)]), 9)
    assert result.since is None
    assert [sign.state for sign in result.signals] == [State.QUIET, State.UNKNOWN, State.UNKNOWN]


def test_what_was_stopped_is_idle_since_then_and_what_is_on_its_way_never():
    stopped = idle([], now=at(9), lives_from=NOW, running=Running.STOPPED, known_for=KNOWN, stopped_since=at(4))
    assert stopped.since == at(4)
    assert {sign.state for sign in stopped.signals} == {State.QUIET}
    assert judged(told([Word(0, one, False) for one in Signal]), 1, running=Running.ON_ITS_WAY).since is None


def test_the_mean_follows_the_load_by_the_time_between():
    heard = Heard(Signal.LOAD, NOW, NOW, 0.0)
    hour = timedelta(hours=1)
    assert mean_load(heard, 1.0, now=NOW + hour, known_for=2 * hour, over=hour) == pytest.approx(0.632, abs=0.001)
    assert mean_load(heard, 1.0, now=NOW, known_for=hour) == 0.0
    assert mean_load(heard, 1.0, now=NOW + 3 * hour, known_for=2 * hour) == 1.0, "nothing is known of the gap"


@given(st.floats(0, 64), st.lists(st.tuples(st.floats(0, 64), st.integers(0, 9)), max_size=20))
def test_the_mean_stays_between_the_lowest_and_the_highest_sample(first, samples):
    heard, minute = Heard(Signal.LOAD, NOW, NOW, first), 0
    for sample, step in samples:
        minute += step
        mean = mean_load(heard, sample, now=at(minute), known_for=KNOWN)
        heard = hear(heard, now=at(minute), active=False, known_for=KNOWN, value=mean)
    seen = [first, *(sample for sample, _ in samples)]
    assert heard.value is not None
    assert min(seen) - 1e-9 <= heard.value <= max(seen) + 1e-9


def gapless(before: Heard, *, now: datetime, active: bool, known_for: timedelta) -> Heard:
    """As if nothing was missed."""
    return hear(before, now=now, active=active, known_for=known_for if before.known_at is None else 1000 * known_for)


def deaf(before: Heard, *, now: datetime, active: bool, known_for: timedelta) -> Heard:
    """Use is not taken for use."""
    return hear(before, now=now, active=False, known_for=known_for)


def trusting(heard: Sequence[Heard], **said) -> Idle:
    """What was known once is known for ever."""
    return idle(heard, **said | {"known_for": 1000 * KNOWN})


def earliest(heard: Sequence[Heard], **said) -> Idle:
    """Idle since the first signal was quiet."""
    result = idle(heard, **said)
    known = [sign.since for sign in result.signals if sign.since]
    return result if result.since is None else replace(result, since=min(known))


def hopeful(heard: Sequence[Heard], **said) -> Idle:
    """What is unknown is taken to be quiet."""
    result = idle(heard, **said)
    known = [sign.since for sign in result.signals if sign.since]
    return replace(result, since=max([NOW, *known]))


@pytest.mark.parametrize(
    "broken", [{"hearing": gapless}, {"hearing": deaf}, {"rule": trusting}, {"rule": earliest}, {"rule": hopeful}]
)
def test_a_broken_copy_of_a_rule_is_caught(broken):
    plans = st.tuples(ordered, st.integers(0, 60))

    def caught(plan) -> bool:
        history, later = plan
        return unjust(history, max((word.minute for word in history), default=0) + later, **broken)

    try:
        find(plans, caught, settings=settings(max_examples=2000, database=None, phases=[Phase.generate]))
    except NoSuchExample:
        pytest.fail("no history shows what is wrong with it")


@pytest.mark.parametrize(
    ("history", "minute", "idle_d", "sentence"),
    [
        ([], 0, 4, "It counts as used, because nothing is known of its input, its load and logins."),
        (
            [Word(0, one, one is Signal.LOAD) for one in Signal],
            1,
            4,
            "It counts as used: its processors are busy. After 4 days without use it is reclaimed.",
        ),
        (
            [Word(0, one, False) for one in Signal],
            1,
            1,
            "Nobody uses it, and nothing works in it; after 1 day of that it is reclaimed.",
        ),
        ([Word(0, one, False) for one in Signal], 1, None, "Nobody uses it, and nothing works in it."),
    ],
)
def test_a_sentence_says_what_keeps_or_threatens_it(history, minute, idle_d, sentence):
    assert says(judged(told(history), minute), idle_d) == sentence


def test_the_deadline_is_there_only_while_nothing_uses_it():
    used = judged(told([Word(0, one, one is Signal.INPUT) for one in Signal]), 1)
    unused = judged(told([Word(0, one, False) for one in Signal]), 1)
    assert (used.since, used.unused_since, used.deadline(4)) == (NOW, None, None)
    assert (unused.unused_since, unused.deadline(4), unused.deadline(None)) == (NOW, NOW + timedelta(days=4), None)


def test_the_last_use_leaves_out_what_never_was_known():
    heard = told([Word(3, Signal.INPUT, True)])
    assert judged(heard, 5).last_use == at(3)
    assert judged(heard, 5, running=Running.ON_ITS_WAY).last_use == at(3)
    assert judged(heard, 50).last_use == at(50), "it may be used right now"
