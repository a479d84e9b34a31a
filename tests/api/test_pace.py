"""What anybody may ask of us before we know who it is has a limit for each address, and nobody pays for another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from api.app import create_app
from api.pace import Pace
from tests.api.place import Browser, make_runtime
from visa.store.tables import LoginAttempt

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
HOME, OTHER = "192.0.2.1", "192.0.2.2"


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_as_many_as_fit_a_minute_go_at_once_and_then_as_many_again_in_the_next():
    pace = Pace(60)
    assert [pace.wait_s(HOME, NOW) for _ in range(61)] == [0] * 60 + [1]
    assert [pace.wait_s(HOME, after(2)) for _ in range(3)] == [0, 0, 1]
    assert [pace.wait_s(HOME, after(3600)) for _ in range(61)].count(0) == 60


def test_the_wait_that_is_told_is_long_enough():
    pace = Pace(7)
    told = [pace.wait_s(HOME, NOW) for _ in range(8)][-1]
    assert told > 1
    assert pace.wait_s(HOME, after(told)) == 0


def test_a_clock_that_goes_back_gives_nothing_away_and_takes_nothing():
    pace = Pace(2)
    assert [pace.wait_s(HOME, at) for at in (NOW, after(-600), after(-600))][:2] == [0, 0]
    assert pace.wait_s(HOME, NOW) > 0


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        (HOME, OTHER, False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", HOME, True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "not an address", False),
    ],
)
def test_who_counts_as_one(one, another, same):
    pace = Pace(1)
    assert pace.wait_s(one, NOW) == 0
    assert (pace.wait_s(another, NOW) > 0) is same


def test_only_so_many_addresses_are_remembered():
    pace = Pace(1, most_addresses=2)
    assert [pace.wait_s(who, NOW) for who in (HOME, OTHER, "192.0.2.3")] == [0, 0, 0]
    assert pace.wait_s(OTHER, NOW) > 0
    assert pace.wait_s(HOME, NOW) == 0


def test_threads_together_get_no_more_than_one_would():
    pace = Pace(50)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: pace.wait_s(HOME, NOW), range(200))).count(0) == 50


class Provider:
    """An identity provider that only ever says where to sign in."""

    def sign_in_address(self, **_: str) -> str:
        return "https://idp.example.org/authorize"


@pytest.fixture
def site(settings, sessions, clock, new_id):
    """An api at which an address may begin three sign-ins in a minute, behind one proxy of ours."""
    api = settings.api.model_copy(update={"sign_ins_per_min": 3, "trusted_proxies": 1})
    runtime = make_runtime(settings.model_copy(update={"api": api}), sessions, clock, new_id)
    return create_app(runtime, Provider())


@pytest.fixture
def begin(site):
    def begin(address, **headers):
        headers = {"X-Forwarded-For": address, "Accept": "application/json"} | headers
        return Browser(site.test_client()).get("/auth/login?next=/bin", headers=headers)

    return begin


def test_a_program_that_begins_sign_ins_without_end_fills_no_table(begin, sessions, clock):
    answers = [begin(HOME) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 3 + [429] * 3
    assert answers[-1].json["code"] == "sign_in_too_many"
    assert int(answers[-1].headers["Retry-After"]) == 20
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(LoginAttempt)) == 3
    assert begin(OTHER).status_code == 303
    clock.advance(20)
    assert begin(HOME).status_code == 303


def test_people_are_told_on_the_sign_in_page_and_keep_where_they_wanted_to_go(begin):
    answers = [begin(HOME, Accept="text/html") for _ in range(4)]
    assert answers[-1].headers["Location"] == "/sign-in?error=sign_in_too_many&next=%2Fbin"
    assert answers[-1].headers["Retry-After"] == "20"


def test_nobody_gets_more_by_claiming_to_come_from_elsewhere(begin):
    """Only what our own proxy added last counts; what a client wrote before it does not."""
    assert [begin(f"198.51.100.{n}, {HOME}").status_code for n in range(4)][-1] == 429
