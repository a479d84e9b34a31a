"""The policy in force: versions, what a file may leave out, what it must not say, and that promises stay."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from visa.domain.access import Standing
from visa.errors import BadFiles
from visa.services import policies
from visa.services.actors import allowance
from visa.settings import Policy
from visa.store.session import Sessions
from visa.store.tables import Flavour, Image, Instance
from visa.testing.builders import ADA, Seeded
from visa.testing.clock import FrozenClock

SHIPPED = Path(__file__).parents[2] / "config" / "policy.yaml"


def load(sessions: Sessions, clock: FrozenClock, **said: object) -> policies.InForce:
    with sessions.write() as session:
        return policies.load(session, Policy.model_validate(said), by="ada", note="why", now=clock.now())


def test_the_shipped_file_says_the_products_own_numbers():
    assert policies.read(SHIPPED) == Policy()


def test_without_a_version_the_products_own_is_in_force(sessions: Sessions):
    with sessions.read() as session:
        assert policies.in_force(session) == policies.InForce(policies.DEFAULTS, Policy())


def test_the_newest_version_is_in_force_and_loading_it_again_makes_no_other(sessions: Sessions, clock: FrozenClock):
    assert load(sessions, clock, bin_d=30).number == 1
    assert load(sessions, clock, bin_d=60).number == 2
    assert load(sessions, clock, bin_d=60).number == 2
    assert load(sessions, clock).number == 3
    with sessions.read() as session:
        assert policies.in_force(session).policy == Policy()
        assert [(one.number, one.loaded_by, one.note) for one in policies.versions(session, limit=2)] == [
            (3, "ada", "why"),
            (2, "ada", "why"),
        ]


def test_a_standing_may_be_said_in_part(sessions: Sessions, clock: FrozenClock):
    policy = load(sessions, clock, staff={"instances": 9}).policy
    assert (policy.staff.instances, policy.staff.lifetime_d) == (9, Policy().staff.lifetime_d)


@pytest.mark.parametrize(
    "said",
    [
        {"user": {"lifetime_d": 0}},
        {"user": {"lifetime_d": 30, "max_lifetime_d": 20}},
        {"user": {"lifetime": 3}},
        {"users": {}},
        {"images": {"xfce": {"admin": {"lifetime_d": 3}}}},
        {"bin_d": "long"},
        {"bin_d": 9_999_999},
        {"bin_d": float("inf")},
        {"user": {"lifetime_d": float("nan")}},
        {"warnings": {"lifetime_d": [9_999_999]}},
        {"idle": {"known_min": 1e300}},
        {"flavours": {"gpu": {"user": {"lifetime_d": 9, "max_lifetime_d": 3}}}},
        {"user": 3},
        [],
    ],
)
def test_what_makes_no_sense_is_refused(said: object):
    with pytest.raises(ValidationError):
        Policy.model_validate(said)


def test_an_image_or_flavour_that_the_catalogue_lacks_is_named(sessions: Sessions, clock: FrozenClock, seeded: Seeded):
    with pytest.raises(BadFiles, match=r"images\.xfcee.*\n.*flavours\.huge"):
        load(sessions, clock, images={"xfcee": {}}, flavours={"huge": {}, "small": {}})
    with sessions.read() as session:
        assert policies.in_force(session).number == policies.DEFAULTS


def test_images_and_flavours_replace_numbers_one_by_one(sessions: Sessions, clock: FrozenClock, seeded: Seeded):
    policy = load(
        sessions,
        clock,
        images={"xfce": {"user": {"lifetime_d": 30, "max_lifetime_d": 90}}},
        flavours={"small": {"user": {"lifetime_d": 20}, "guest": {"extension_d": 1}}},
    ).policy
    with sessions.read() as session:
        image, flavour = session.get_one(Image, "xfce"), session.get_one(Flavour, "small")
        given = allowance(policy, Standing.USER, image, flavour)
        assert (given.lifetime_d, given.extension_d, given.max_lifetime_d) == (20, 14, 90)
        assert allowance(policy, Standing.GUEST, image, flavour).extension_d == 1
        image.lifetimes = {"user": {"lifetime_d": 5, "extension_d": 40, "max_lifetime_d": 100}}
        given = allowance(policy, Standing.USER, image, flavour)
        assert (given.lifetime_d, given.extension_d, given.max_lifetime_d) == (5, 40, 90)


def test_a_new_version_moves_no_end_that_was_promised(sessions: Sessions, clock: FrozenClock, seeded: Seeded):
    with sessions.write() as session:
        promised = seeded.create(session, ADA, clock.now()).expires_at
    load(sessions, clock, user={"lifetime_d": 1, "extension_d": 1, "max_lifetime_d": 1})
    with sessions.read() as session:
        assert session.query(Instance).one().expires_at == promised
