"""Broken copies of the promises: what judges the generated histories of test_reclaim_promises.py has to catch each.

One history is told to all of them, because finding one by chance takes minutes; the unbroken services come through it.
"""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.services.test_reclaim_promises import Reclaim
from visa.domain import plan, plan_archive, plan_workspace
from visa.domain.lived import Lived
from visa.domain.reclaim import Given
from visa.domain.steps import CreateVolume, DeleteSnapshot, DeleteVolume
from visa.services.policies import InForce
from visa.services.reclaim import explain, lived_time, notices, record
from visa.settings import Policy
from visa.testing.builders import ADA

told = notices.told


def as_if_told(*given):
    """What was asked for counts as told."""
    found = told(*given)
    for subject, ones in found.items():
        found[subject] = [replace(one, given=one.given or Given(one.lead, one.cycle, 0.0)) for one in ones]
    return found


def made_anew(case):
    """A workspace that comes back is made anew."""
    return CreateVolume(case.intent.spec, attempts=case.tries)


def archived_at_once(case, volume, _mark, _backup):
    """A backup is not waited for."""
    if case.seen.snapshots:
        return DeleteSnapshot(case.seen.snapshots[0].ref, case.tries)
    return DeleteVolume(volume.ref, case.tries)


def all_time_counts(before, now, _pace):
    return Lived(before.lived_s + max(0.0, (now - before.at).total_seconds()), now, before.since)


MUTANTS: dict[str, tuple[object, str, object, str]] = {
    "1: a volume goes before its archive is whole": (
        plan_archive,
        "_into_archive",
        archived_at_once,
        "lost: nothing holds the files",
    ),
    "1: a warning counts that was never delivered": (notices, "told", as_if_told, "without"),
    "2: a machine goes with its workspace": (plan, "_held", lambda *_: None, "a machine went that still held"),
    "2: a machine goes before its workspace is copied": (plan, "_uncopied", lambda _: None, "a machine went before"),
    "3: a restored workspace is empty": (plan_workspace, "_make", made_anew, "lost"),
    "3: a clock that was set makes notices full": (lived_time, "tick", all_time_counts, "was given only|cut short"),
    "3: a warning counts from before it was sent": (record, "_in_full", lambda named, *_: named, "was given only"),
    "4: the dry run goes by another policy": (
        explain,
        "policies",
        SimpleNamespace(in_force=lambda _: InForce(0, Policy())),
        "the dry run did not say so",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_promise_is_caught(name, sqlite_template, monkeypatch):
    module, function, broken, said = MUTANTS[name]
    monkeypatch.setattr(module, function, broken)
    with pytest.raises(AssertionError, match=said):
        a_history(sqlite_template)


def test_the_unbroken_services_come_through_it(sqlite_template):
    world = a_history(sqlite_template)
    assert world.taken == FATES


FATES = 5  # taken back, archived, taken back again, archived again, deleted for ever


def a_history(template):
    """A desktop is taken back with mail down and a clock set meanwhile, comes back from the archive, and goes again."""
    Reclaim.template = template
    life = Reclaim()
    life.begin()
    try:
        life.somebody_starts_a_desktop(who=ADA)
        life.schedulers_work(number=0, times=3)
        life.somebody_writes_a_file(number=0)
        life.something_is_wrong(trouble=("mail", "down"))
        for _ in range(13):  # longer than it lives
            life.schedulers_work(number=0, times=3)
        life.something_is_wrong(trouble=("mail", "up"))
        for _ in range(7):  # until the last warning was delivered
            life.schedulers_work(number=0, times=1)
        life.something_is_wrong(trouble=("clock", 0, 20000))
        life.schedulers_work(number=0, times=1)
        life.something_is_wrong(trouble=("clock", 0, 0))
        life.schedulers_work(number=0, times=20)
        life.schedulers_work(number=1, times=50)  # until it is in the archive
        life.somebody_restores(number=0)
        life.something_is_wrong(trouble=("slow mail", 200))
        life.schedulers_work(number=0, times=3)
        for _ in range(3):
            life.schedulers_work(number=1, times=70)
        return life.world
    finally:
        life.teardown()
