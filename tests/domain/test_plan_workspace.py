from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visa.domain.holdings import Holdings
from visa.domain.instance import Doing, Facts, Kept, WorkspacePhase
from visa.domain.pace import Limits
from visa.domain.plan_workspace import plan_workspace
from visa.domain.resources import Account, Mark, VolumeSeen, VolumeSpec, VolumeState
from visa.domain.steps import CreateVolume, DeleteVolume, Finish, Rest
from visa.domain.workspace import WorkspaceIntent

NOW = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
LIMITS = Limits(
    absence_s=2,
    empty_absence_s=600,
    settle_s=5,
    build_timeout_s=600,
    stable_s=60,
    max_attempts=5,
    backoff_s=2,
    max_backoff_s=300,
)
SPEC = VolumeSpec(Mark("test", "volume", "w1"), 20, Account("ada", 10001, 10001))
INTENT = WorkspaceIntent(Kept.KEPT, 1, SPEC, occupied=False)
FACTS = Facts(phase=WorkspacePhase.NEW, seen_revision=1)
VOLUME = VolumeSeen(SPEC.mark, "v1", VolumeState.AVAILABLE, 20)
LONG_AGO = NOW - timedelta(hours=1)
KNOWN = replace(FACTS, phase=WorkspacePhase.AVAILABLE, ref="v1")
UNWANTED = replace(INTENT, wanted=Kept.GONE, revision=2)


def step(intent: WorkspaceIntent, facts: Facts, volume: VolumeSeen | None):
    return plan_workspace(intent, facts, Holdings(volume), NOW, LIMITS)


def test_a_new_workspace_gets_a_volume():
    assert step(INTENT, FACTS, None) == CreateVolume(SPEC, attempts=0)


def test_a_volume_that_is_there_is_available():
    assert step(INTENT, FACTS, VOLUME) == Rest(WorkspacePhase.AVAILABLE)


def test_a_volume_missing_for_long_is_reported_and_never_made_anew():
    found = step(INTENT, replace(KNOWN, missing_since=LONG_AGO), None)
    assert isinstance(found, Rest)
    assert (found.phase, found.code) == (WorkspacePhase.FAILED, "volume_missing")


def test_an_unwanted_volume_is_deleted_when_nobody_holds_it():
    assert step(UNWANTED, KNOWN, VOLUME) == DeleteVolume("v1", attempts=0)


@pytest.mark.parametrize(
    ("intent", "volume"),
    [
        (replace(UNWANTED, occupied=True), VOLUME),
        (UNWANTED, replace(VOLUME, state=VolumeState.IN_USE)),
        (UNWANTED, replace(VOLUME, state=VolumeState.DELETING)),
    ],
)
def test_an_unwanted_volume_waits_while_it_is_held_or_going(intent, volume):
    found = step(intent, KNOWN, volume)
    assert isinstance(found, Rest)
    assert found.phase == WorkspacePhase.DELETING


any_volume = st.none() | st.builds(replace, st.just(VOLUME), state=st.sampled_from(list(VolumeState)))
moments = st.none() | st.integers(0, 5000).map(lambda seconds: NOW - timedelta(seconds=seconds))


@given(
    wanted=st.sampled_from(list(Kept)),
    occupied=st.booleans(),
    volume=any_volume,
    phase=st.sampled_from(list(WorkspacePhase)),
    ref=st.none() | st.just("v1"),
    doing=st.sampled_from(list(Doing)),
    doing_since=moments,
    missing_since=moments,
    attempts=st.integers(0, 50),
)
def test_a_volume_is_deleted_only_when_unwanted_and_free(wanted, occupied, volume, **facts):
    intent = replace(INTENT, wanted=wanted, occupied=occupied)
    found = step(intent, Facts(seen_revision=1, **facts), volume)
    if isinstance(found, DeleteVolume):
        assert wanted is Kept.GONE
        assert not occupied
        assert volume.state is not VolumeState.IN_USE
    if isinstance(found, CreateVolume):
        assert facts["ref"] is None, "a volume that was there once is never made anew"
        assert wanted is Kept.KEPT
    if isinstance(found, Finish):
        assert wanted is Kept.GONE
        assert volume is None
