"""The small rules: what is shown and allowed, deadlines, mounts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visa.domain import expiry, lifecycle, mounts
from visa.domain.access import Role, Standing, needs_experiment, standing
from visa.domain.expiry import Allowance
from visa.domain.instance import Phase, Wanted
from visa.domain.lifecycle import YES, Action, Shown
from visa.domain.progress import STEPS, StepState, progress
from visa.domain.resources import MountMode

NOW = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
USER = Allowance(14, 14, 60, 2)
days = st.floats(0, 400).map(lambda number: timedelta(days=number))


@pytest.mark.parametrize("wanted", list(Wanted))
@pytest.mark.parametrize("phase", list(Phase))
def test_every_state_has_a_word_and_every_refusal_a_reason(wanted, phase):
    word = lifecycle.shown(wanted, phase, restart_pending=False)
    verdicts = lifecycle.allowed_actions(word, extension=YES)
    assert set(verdicts) == set(Action)
    assert all(verdict.allowed or (verdict.code and verdict.reason) for verdict in verdicts.values())


def test_only_a_running_desktop_can_be_opened():
    can = {word for word in Shown if lifecycle.allowed_actions(word, extension=YES)[Action.CONNECT].allowed}
    assert can == {Shown.RUNNING}


def test_a_wanted_reboot_shows_until_it_was_ordered():
    assert lifecycle.shown(Wanted.RUNNING, Phase.RUNNING, restart_pending=True) is Shown.REBOOTING


def test_one_that_waits_for_room_can_be_renamed_and_leave_the_line():
    word = lifecycle.shown(Wanted.RUNNING, Phase.NEW, restart_pending=False, waiting=True)
    can = {action for action, verdict in lifecycle.allowed_actions(word, extension=YES).items() if verdict.allowed}
    assert (word, can) == (Shown.WAITING, {Action.RENAME, Action.DELETE})
    assert lifecycle.shown(Wanted.GONE, Phase.NEW, restart_pending=False, waiting=True) is Shown.DELETING


def test_nothing_can_be_done_with_what_is_being_deleted():
    assert not any(v.allowed for v in lifecycle.allowed_actions(Shown.DELETING, extension=YES).values())


@given(age=days, left=days)
def test_an_extension_never_shortens_and_never_exceeds_the_longest_life(age, left):
    created, expires = NOW - age, NOW + left
    after = expiry.extended(created, expires, NOW, USER)
    assert after >= expires
    assert after <= max(expires, created + timedelta(days=60))


def test_an_extension_gives_fourteen_days_from_now():
    created = NOW - timedelta(days=10)
    assert expiry.extended(created, created + timedelta(days=14), NOW, USER) == NOW + timedelta(days=14)


def test_a_refused_extension_says_why():
    fresh = expiry.may_extend(NOW, NOW + timedelta(days=14), NOW, USER)
    old = expiry.may_extend(NOW - timedelta(days=59), NOW + timedelta(days=1), NOW, USER)
    assert (fresh.code, old.code) == ("not_yet", "longest_life")


@pytest.mark.parametrize(("left", "word"), [(0.5, "urgent"), (2, "soon"), (4, "none")])
def test_the_warning_grows_as_the_deadline_nears(left, word):
    assert expiry.warning(NOW + timedelta(days=left), NOW, warn_d=3) == word


TODAY = date(2030, 1, 7)


@given(member=st.booleans(), public_at=st.none() | st.dates(), proprietary=st.booleans())
def test_raw_is_never_writable_and_strangers_never_see_what_is_not_open(member, public_at, proprietary):
    granted = mounts.rights(member=member, public_at=public_at, proprietary=proprietary, today=TODAY)
    assert granted.raw is not MountMode.READ_WRITE
    if not member:
        assert granted.processed is not MountMode.READ_WRITE
        is_open = public_at is not None and public_at <= TODAY and not proprietary
        assert (granted.raw is not None) == is_open


def test_the_mounts_of_an_experiment_are_where_people_expect_them():
    granted = mounts.rights(member=True, public_at=None, proprietary=True, today=TODAY)
    made = mounts.mounts("mx-1", raw_path="/d/raw", processed_path="/d/proc", granted=granted)
    assert [(one.source, one.target, str(one.mode)) for one in made] == [
        ("/d/raw", "/data/mx-1/raw", "ro"),
        ("/d/proc", "/data/mx-1/processed", "rw"),
    ]


def test_standing_follows_roles_and_the_link_to_the_facility():
    assert standing(frozenset(), linked=False) is Standing.GUEST
    assert standing(frozenset(), linked=True) is Standing.USER
    assert standing(frozenset({Role.ADMIN}), linked=False) is Standing.STAFF
    assert needs_experiment(Standing.USER)
    assert not needs_experiment(Standing.STAFF)


@pytest.mark.parametrize("wanted", [Wanted.RUNNING, Wanted.STOPPED])
@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("workspace_ready", [True, False])
def test_progress_has_every_step_once_and_at_most_one_in_work(wanted, phase, workspace_ready):
    word = lifecycle.shown(wanted, phase, restart_pending=False)
    steps = progress(word, phase, workspace_ready=workspace_ready, created_at=NOW, phase_since=NOW, entered={})
    assert tuple(step.step for step in steps) == STEPS
    in_work = [step for step in steps if step.state in {StepState.ACTIVE, StepState.FAILED}]
    assert len(in_work) == (0 if word is Shown.RUNNING else 1)
