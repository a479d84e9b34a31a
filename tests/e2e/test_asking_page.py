"""A desktop that its owner can extend no more: asked for on its page, answered on support's, kept by an admin."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import sign_in
from tests.e2e.household import Household, household
from tests.e2e.pictures import picture
from tests.e2e.visitor import Visitor
from visa.domain import pages
from visa.domain.letters import Facts, LetterKind, TakenFor
from visa.services.reclaim import notices
from visa.services.wake import Subject
from visa.settings import Policy
from visa.store.tables import Notice, Person
from visa.testing.sample.people import SAMPLE_PEOPLE, SamplePerson

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OWNER, ADMIN = next(iter(SAMPLE_PEOPLE.values())), SAMPLE_PEOPLE["benhaddou"]
NAME = "Reflectivity of the long run" + " and its many repetitions" * 2
REASON = "The second beamtime is in March,\nand the fits are not done before."


@pytest.fixture
def house() -> Iterator[Household]:
    folder = Path(tempfile.mkdtemp(prefix="visa-ask-"))
    with household(folder, {"VISA_RECLAIM__LOOK_S": "1", "VISA_MAIL__SEND_S": "1"}) as running:
        running.go_by(Policy.model_validate({"user": {"max_lifetime_d": 14}}))
        yield running
    shutil.rmtree(folder)


def opened(house: Household, chromium: Browser, who: SamplePerson) -> Page:
    page = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB").new_page()
    page.set_default_timeout(30_000)
    page.goto(house.address)
    sign_in(page, who)
    return page


def in_days(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


def make(house: Household) -> str:
    """A desktop of the owner, which has its longest life from the beginning."""
    visitor = Visitor(house.address, OWNER.claims["sub"])
    visitor.sign_in()
    experiment = visitor.get("/experiments?scope=mine")["items"][0]["id"]
    wish = {"name": NAME, "image_id": "terminal", "flavour_id": "small", "keyboard": "us"}
    return str(visitor.post("/instances", wish | {"experiment_ids": [experiment]})["id"])


def test_more_time_is_asked_for_and_given_and_reclaim_is_stopped(house: Household, chromium: Browser):
    instance_id = make(house)
    owner, admin = opened(house, chromium, OWNER), opened(house, chromium, ADMIN)
    ask(owner)
    give(admin)
    told = owner.get_by_role("region", name="You were given more time")
    expect(told).to_contain_text("Until the fits are done.")
    expect(owner.get_by_text(re.compile("Reclaimed in 4[01] days"))).to_be_visible()
    picture(owner, "granted")
    admin.get_by_role("link", name="Reclaim").click()
    expect(admin.get_by_role("heading", name="Nothing is held")).to_be_visible()
    picture(admin, "reclaim-blank")
    tell(house, admin, instance_id)
    foresee(admin)
    hold(admin, f"{house.address}/instances/{instance_id}")
    stop(admin)
    told_on_a_page(house, owner, instance_id)


def ask(owner: Page) -> None:
    owner.get_by_role("link", name="Ask for more time").click()
    form = owner.get_by_role("dialog")
    expect(form.get_by_role("button", name="Ask")).to_be_disabled()
    form.get_by_label("Needed until").fill(in_days(60))
    form.get_by_role("textbox", name="What for").fill(REASON)
    picture(owner, "ask")
    form.get_by_role("button", name="Ask").click()
    expect(owner.get_by_role("region", name="You asked for more time")).to_be_visible()
    picture(owner, "asked")


def give(admin: Page) -> None:
    admin.get_by_role("link", name="Requests").click()
    card = admin.get_by_role("article", name=NAME)
    expect(card).to_contain_text("The second beamtime is in March")
    picture(admin, "requests")
    card.get_by_role("button", name="Give more time").click()
    reply = admin.get_by_role("dialog")
    reply.get_by_label("Until").fill(in_days(40))
    reply.get_by_role("textbox", name="Words").fill("Until the fits are done.")
    picture(admin, "grant")
    reply.get_by_role("button", name="Give more time").click()
    expect(admin.get_by_role("heading", name="Nobody waits for an answer")).to_be_visible()
    picture(admin, "requests-blank")


def tell(house: Household, admin: Page, instance_id: str) -> None:
    """One whom no mail can reach is told by the admin, who came by the link in an operator's letter."""
    now = datetime.now(UTC)
    with house.runtime.sessions.write() as session:
        session.add(Person(id="p1", issuer="x", subject="x", name="Una Reached", email="", created_at=now, seen_at=now))
        session.flush()
        about = {
            "subject": Subject.INSTANCE,
            "subject_id": instance_id,
            "kind": LetterKind.RECLAIMED,
            "person_id": "p1",
        }
        facts = Facts(deadline=now + timedelta(days=90), url=pages.BIN, taken_for=TakenFor.IDLE)
        more = {"cycle": now, "lead": timedelta(), "facts": facts, "now": now}
        notices.ask(session, new_id=house.runtime.new_id, **about, **more)
    admin.goto(house.address + pages.RECLAIM)
    card = admin.get_by_role("region", name="Not told yet").get_by_role("article", name="Una Reached")
    expect(card).to_contain_text(re.compile("was taken back.*Tried once: no_address"), timeout=30_000)
    picture(admin, "not-told")
    card.get_by_role("button", name="I told them").click()
    form = admin.get_by_role("dialog")
    expect(form.get_by_role("button", name="They know now")).to_be_disabled()
    form.get_by_role("textbox", name="How").fill("by phone")
    picture(admin, "tell-in-person")
    form.get_by_role("button", name="They know now").click()
    expect(admin.get_by_text("Everybody was told")).to_be_visible(timeout=30_000)
    expect(card).to_have_count(0)


def told_on_a_page(house: Household, owner: Page, instance_id: str) -> None:
    """What mail delivered, and what it cannot deliver, as the scheduler leaves it of who has no address.

    It is of what was done: a warning of an end that is none is made void by the next look.
    """
    now = datetime.now(UTC)
    with house.runtime.sessions.write() as session:
        asked = session.query(Notice).filter_by(kind=LetterKind.REQUEST_ANSWERED).one()
        about = {"subject": Subject.INSTANCE, "subject_id": instance_id, "person_id": asked.person_id}
        facts = Facts(deadline=now + timedelta(days=2), taken_for=TakenFor.IDLE)
        more = {"kind": LetterKind.RECLAIMED, "cycle": now, "lead": timedelta(), "facts": facts, "now": now}
        notices.ask(session, new_id=house.runtime.new_id, **about, **more)
        failed = session.query(Notice).filter_by(kind=LetterKind.RECLAIMED, person_id=asked.person_id).one()
        failed.error, failed.attempts, failed.next_try_at = "no_address: there is none", 1, now + timedelta(hours=1)
    owner.get_by_role("button", name=re.compile("account and settings")).click()
    owner.get_by_role("menuitem", name="My activity").or_(owner.get_by_role("link", name="My activity")).click()
    told = owner.get_by_role("region", name="What you were told").get_by_role("listitem")
    reason = "could not be delivered by mail: there is no mail address of yours here"
    expect(told.filter(has_text="was taken back")).to_contain_text(reason)
    given = told.filter(has_text="was given more time")
    expect(given).to_contain_text("Delivered", timeout=30_000)
    picture(owner, "told")
    given.get_by_role("link", name="See the desktop").click()
    expect(owner).to_have_url(f"{house.address}/instances/{instance_id}")


def foresee(admin: Page) -> None:
    """What comes, with the new end."""
    expect(admin.get_by_role("heading", name="Nothing comes in this time")).to_be_visible(timeout=20_000)
    admin.get_by_role("radiogroup", name="Within").get_by_text("90 days").click()
    row = admin.get_by_role("row", name=NAME)
    expect(row).to_contain_text("Taken back: its lifetime ends")
    expect(row).to_contain_text(re.compile(r"Due in 3[78] days.*Due in (39|40) days"))
    picture(admin, "forecast")
    no_wider_than_a_phone(admin)
    row.get_by_role("button", name="Hold").click()
    expect(admin.get_by_role("dialog").get_by_role("textbox", name="Id")).not_to_have_value("")
    admin.keyboard.press("Escape")


def no_wider_than_a_phone(admin: Page) -> None:
    """The rows are stacked: they are rows still, and nothing of the table lies beside the screen."""
    admin.set_viewport_size({"width": 390, "height": 900})
    table = admin.get_by_role("table", name="What comes")
    beside = "table => Math.max(...[...table.querySelectorAll('td')].map(one => one.getBoundingClientRect().right))"
    assert table.evaluate(beside) <= 390
    expect(table.get_by_role("row", name=NAME).get_by_role("cell")).to_have_count(5)
    admin.set_viewport_size({"width": 1280, "height": 900})


def hold(admin: Page, address: str) -> None:
    admin.get_by_role("button", name="Hold something").click()
    form = admin.get_by_role("dialog")
    form.get_by_role("textbox", name="Id").fill(address)
    form.get_by_role("textbox", name="Why").fill("A thesis depends on it")
    picture(admin, "hold")
    form.get_by_role("button", name="Hold something").click()
    expect(admin.get_by_role("article", name=NAME)).to_contain_text("For ever")


def stop(admin: Page) -> None:
    admin.get_by_role("button", name="Stop all reclaim").click()
    form = admin.get_by_role("dialog")
    form.get_by_role("textbox", name="Why").fill("The storage moves")
    form.get_by_role("button", name="Stop all reclaim").click()
    expect(admin.get_by_text("All reclaim is stopped")).to_be_visible()
    picture(admin, "reclaim")
    admin.get_by_role("link", name="Home").click()
    picture(admin, "stopped")
    admin.get_by_role("link", name="All reclaim is stopped").click()
    admin.get_by_role("button", name="Let it go on").click()
    expect(admin.get_by_role("heading", name="Reclaim goes on")).to_be_visible()
    held = admin.get_by_role("article", name=NAME)
    held.get_by_role("button", name="Release").click()
    expect(held).to_have_count(0)
