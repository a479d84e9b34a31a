"""Letters by SMTP, with a real server that accepts, delays, refuses, hangs up and hangs."""

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.mail.mailserver import CUT, HANG, PASSWORD, USER, MailServer, authenticate, make_authority, serving
from visa.adapters.notify.smtp import SmtpNotify
from visa.domain.mail import Address, Mail
from visa.errors import Busy, CloudError, Fault, Misconfigured, Refused
from visa.settings import Mail as MailSettings

MAIL = Mail(
    message_id="<notice.7@visa.example.org>",
    to=Address("anna@example.org", "Anna Jäger"),
    subject="Your desktop ends",
    text="Hello Anna\n.\nA dot alone does not end it.\n",
    html="<p>Hello Anna</p>",
    date=datetime(2026, 11, 27, 9, 30, tzinfo=UTC),
)


def notify(port: int, **settings: Any) -> SmtpNotify:
    given = {
        "host": "127.0.0.1",
        "tls": "none",
        "from_address": "visa@example.org",
        "reply_to": "help@example.org",
        "timeout_s": 5,
    }
    section = MailSettings(adapter="smtp", port=port, **(given | settings))
    return SmtpNotify(section, sender_name="VISA Example Facility")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving() as server:
        yield server


def test_what_was_sent_arrives_once_and_whole(server):
    notify(server.port).send(MAIL)
    [got] = server.inbox
    assert got.recipients == ("anna@example.org",)
    assert got.message["Message-ID"] == MAIL.message_id
    assert got.message["From"].addresses[0].addr_spec == "visa@example.org"
    assert got.message["From"].addresses[0].display_name == "VISA Example Facility"
    assert got.message["To"].addresses[0].display_name == "Anna Jäger"
    assert got.message["Reply-To"] == "help@example.org"
    assert got.message["Date"].datetime == MAIL.date
    assert got.message["Auto-Submitted"] == "auto-generated"
    assert got.message["X-Auto-Response-Suppress"] == "All"
    text, html = got.message.get_body(("plain",)), got.message.get_body(("html",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == MAIL.text
    assert html is not None
    assert html.get_content().strip() == MAIL.html
    assert got.raw.isascii()


def test_a_reply_address_of_the_mail_wins(server):
    notify(server.port).send(replace(MAIL, reply_to=Address("ben@example.org", "Ōkami, Ben")))
    [address] = server.inbox[0].message["Reply-To"].addresses
    assert (address.addr_spec, address.display_name) == ("ben@example.org", "Ōkami, Ben")


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_private_conversation_with_an_own_authority_and_a_login(tls, authority):
    ca_file, context = authority
    with serving(tls=context, from_first=tls == "tls", authenticator=authenticate) as server:
        notify(server.port, tls=tls, ca_file=ca_file, user=USER, password=PASSWORD).send(MAIL)
    [got] = server.inbox
    assert got.logged_in
    assert got.private or tls == "tls"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_of_nobody_we_trust_ends_it_before_anything_is_said(tls, authority):
    _, context = authority
    with serving(tls=context, from_first=tls == "tls", authenticator=authenticate) as server:
        with pytest.raises(Fault) as told:
            notify(server.port, tls=tls, user=USER, password=PASSWORD).send(MAIL)
        assert told.value.code == "mail_tls"
        assert "certificate verify failed" in told.value.detail
        assert server.inbox == []


def test_a_server_without_starttls_is_told_nothing(server):
    with pytest.raises(Fault) as told:
        notify(server.port, tls="starttls").send(MAIL)
    assert told.value.code == "mail_tls"
    assert server.inbox == []


@pytest.mark.parametrize("password", ["wrong", "pässword"])
def test_a_wrong_login_is_a_fault_and_not_the_letters(password, authority):
    ca_file, context = authority
    with serving(tls=context, authenticator=authenticate, auth_required=True) as server:
        with pytest.raises(Fault) as told:
            notify(server.port, tls="starttls", ca_file=ca_file, user=USER, password=password).send(MAIL)
        assert told.value.code == "mail_login"
        assert password not in told.value.detail


def test_a_missing_login_is_a_fault_and_not_the_letters(authority):
    ca_file, context = authority
    with serving(tls=context, authenticator=authenticate, auth_required=True) as server:
        with pytest.raises(Fault) as told:
            notify(server.port, tls="starttls", ca_file=ca_file).send(MAIL)
        assert told.value.code == "mail_login"


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_letter_that_is_put_off_is_accepted_at_a_later_try(step, server):
    server.plan(step, "451 4.7.1 greylisted, come back", "421 4.3.2 going down")
    sender = notify(server.port)
    for _ in range(2):
        with pytest.raises(Busy) as told:
            sender.send(MAIL)
        assert told.value.code == "mail_busy"
        assert told.value.retry_after_s == 300
    assert "going down" in told.value.detail
    sender.send(MAIL)
    assert len(server.inbox) == 1


def test_an_address_that_is_refused_condemns_its_own_letter_only(server):
    server.refused["gone@example.org"] = "550 5.1.1 no such user here"
    sender = notify(server.port)
    with pytest.raises(Refused) as told:
        sender.send(replace(MAIL, to=Address("gone@example.org")))
    assert told.value.code == "address_refused"
    assert "no such user here" in told.value.detail
    sender.send(MAIL)
    assert [got.recipients for got in server.inbox] == [("anna@example.org",)]


def test_a_refused_letter_and_a_refused_sender_are_told_apart(server):
    server.plan("DATA", "554 5.7.1 looks like spam")
    with pytest.raises(Refused) as letter:
        notify(server.port).send(MAIL)
    assert letter.value.code == "letter_refused"
    server.plan("MAIL", "550 5.7.1 not your address")
    with pytest.raises(Fault) as sender:
        notify(server.port).send(MAIL)
    assert sender.value.code == "mail_sender"


@pytest.mark.parametrize(("step", "kind"), [("MAIL", Busy), ("RCPT", Busy), ("DATA", Fault)])
@pytest.mark.parametrize("how", [CUT, HANG])
def test_a_lost_conversation_is_unknown_only_once_the_letter_was_given(step, kind, how, server):
    server.plan(step, how)
    with pytest.raises(kind) as told:
        notify(server.port, timeout_s=0.5).send(MAIL)
    assert told.value.code == ("mail_unknown" if step == "DATA" else "mail_unreachable")
    notify(server.port).send(MAIL)
    given = 2 if (step, how) == ("DATA", CUT) else 1
    assert [got.message["Message-ID"] for got in server.inbox] == [MAIL.message_id] * given


def test_a_server_that_is_down_is_busy():
    with socket.socket() as bound:  # bound and not listening: nobody else takes the port meanwhile
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(Busy) as told:
            notify(bound.getsockname()[1]).send(MAIL)
    assert told.value.code == "mail_unreachable"


def test_a_host_that_does_not_exist_is_busy():
    with pytest.raises(Busy) as told:
        notify(25, host="nowhere.invalid").send(MAIL)
    assert told.value.code == "mail_unreachable"


@pytest.mark.parametrize(
    ("greeting", "kind", "code"),
    [
        (b"", Busy, "mail_unreachable"),
        (b"421 too many connections\r\n", Busy, "mail_busy"),
        (b"554 go away\r\n", Fault, "mail_greeting"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Fault, "mail_greeting"),
        (b"220 " + b"x" * 9000, CloudError, ""),
    ],
    ids=["nothing", "421", "554", "another protocol", "endless line"],
)
def test_whatever_greets_is_one_of_our_errors(greeting, kind, code):
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as other:
        other.submit(_greet, listening, greeting)
        with pytest.raises(kind) as told:
            notify(listening.getsockname()[1], timeout_s=2).send(MAIL)
        assert code in told.value.code


def _greet(listening: socket.socket, greeting: bytes) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.sendall(greeting)


def test_letters_from_many_threads_at_once_all_arrive(server):
    sender = notify(server.port)
    letters = [replace(MAIL, message_id=f"<{number}@visa.example.org>") for number in range(20)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(sender.send, letters))
    assert {got.message["Message-ID"] for got in server.inbox} == {letter.message_id for letter in letters}


def test_an_address_beyond_ascii_needs_a_server_that_knows_them(server):
    letter = replace(MAIL, to=Address("jäger@münchen.example", "Anna Jäger"), subject="Größe")
    with pytest.raises(Refused) as told:
        notify(server.port).send(letter)
    assert told.value.code == "address_refused"
    with serving(enable_SMTPUTF8=True) as modern:
        notify(modern.port).send(letter)
    [got] = modern.inbox
    assert got.recipients == ("jäger@xn--mnchen-3ya.example",)
    assert "SMTPUTF8" in got.options
    assert got.message["Subject"] == "Größe"


def test_a_domain_beyond_ascii_needs_nothing_of_the_server(server):
    notify(server.port).send(replace(MAIL, to=Address("anna@straße.example", "散乱 研究者")))
    [got] = server.inbox
    assert got.recipients == ("anna@xn--strae-oqa.example",)
    assert got.message["To"].addresses[0].display_name == "散乱 研究者"
    assert "SMTPUTF8" not in got.options


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"host": ""}, "mail.host"),
        ({"from_address": "nobody"}, "mail.from_address"),
        ({"reply_to": "no body@example.org"}, "mail.reply_to"),
        ({"from_address": "größe@example.org"}, "SMTPUTF8"),
        ({"ca_file": "/nowhere.pem"}, "mail.ca_file"),
    ],
)
def test_wrong_settings_are_named_before_they_condemn_a_letter(wrong: dict[str, str], named: str):
    with pytest.raises(Misconfigured, match=named):
        notify(25, **wrong)
