"""What a person was told, for the pages: also what could not be delivered, and never what nobody was told."""

from datetime import timedelta

from sqlalchemy import event

from tests.api.place import Place
from visa.domain.letters import Facts, LetterKind
from visa.services.journal import By
from visa.services.reclaim import notices, record
from visa.services.wake import Subject
from visa.store.tables import Notice
from visa.testing.builders import ADA, BOB


def test_what_was_told_and_what_waits_is_shown_newest_first(place: Place):
    now = place.clock.now()
    with place.sessions.write() as session:
        instance = place.seeded.create(session, ADA, now)
        about = {"subject": Subject.INSTANCE, "subject_id": instance.id, "person_id": ADA}
        for kind, lead in ((LetterKind.LIFETIME_WARNING, 3), (LetterKind.IDLE_WARNING, 1), (LetterKind.RECLAIMED, 0)):
            times = {"cycle": now, "lead": timedelta(days=lead), "now": place.clock.advance(60)}
            facts = Facts(deadline=now + timedelta(days=2))
            notices.ask(session, new_id=place.runtime.new_id, kind=kind, facts=facts, **about, **times)
        notices.void(session, Subject.INSTANCE, instance.id, LetterKind.IDLE_WARNING, except_cycle=None)
        warning = session.query(Notice).filter_by(kind=LetterKind.LIFETIME_WARNING).one()
        told_at = place.clock.advance(60)
        record.told_in_person(session, warning.id, by=By("person", "Jo Smith"), how="by phone", now=told_at)
        session.query(Notice).filter_by(kind=LetterKind.RECLAIMED).one().error = "no_address: there is none"
    answer = place.browser(ADA).get("/api/v1/notices").json
    assert answer is not None
    news, warned = answer["items"]
    ends = told_at + timedelta(days=3)
    assert warned == {
        "id": warning.id,
        "kind": "lifetime_warning",
        "subject": "instance",
        "subject_id": instance.id,
        "subject_name": "My analysis",
        "message": f"“My analysis” ends on {ends:%Y-%m-%d %H:%M} UTC, when its time is over.",
        "state": "sent",
        "made_at": "2030-01-07T09:01:00.000Z",
        "sent_at": "2030-01-07T09:04:00.000Z",
        "ends_at": "2030-01-10T09:04:00.000Z",
        "trouble": None,
    }
    assert (news["state"], news["sent_at"], news["trouble"]) == ("pending", None, "no_address")
    assert place.browser(BOB).get("/api/v1/notices").json == {"items": [], "next": None}


def test_many_notices_cost_as_few_queries_as_one(place: Place):
    def add(number: int) -> None:
        with place.sessions.write() as session:
            subject = {"subject": "workspace", "subject_id": f"w{number}", "kind": "archived", "person_id": ADA}
            when = {"cycle": place.clock.now(), "made_at": place.clock.now()}
            session.add(Notice(id=f"n{number:02d}", facts={}, **subject, **when))

    def queries() -> int:
        ran: list[str] = []

        def note(_connection, _cursor, statement, *_rest):
            ran.append(statement)

        event.listen(place.sessions.engine, "before_cursor_execute", note)
        assert place.browser(ADA).get("/api/v1/notices?limit=50").status_code == 200
        event.remove(place.sessions.engine, "before_cursor_execute", note)
        return len(ran)

    add(0)
    few = queries()
    for number in range(1, 30):
        add(number)
    assert queries() == few
