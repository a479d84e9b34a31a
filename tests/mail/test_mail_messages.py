"""What goes over the wire: whatever a mail holds, its headers are ours, and it goes to one address."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from visa.adapters.notify.log import LogNotify
from visa.adapters.notify.message import envelope, mailbox
from visa.domain.mail import Address, Mail
from visa.errors import Fault, Refused

MAIL = Mail(
    message_id="<1@visa.example.org>",
    to=Address("anna@example.org", "Anna"),
    subject="Subject",
    text="text\n",
    html="<p>html</p>",
    date=datetime(2026, 11, 27, 9, 30, tzinfo=UTC),
)
SENDER, REPLY_TO = Address("visa@example.org", "VISA"), Address("help@example.org")
HEADERS = [
    "Message-ID", "Date", "From", "To", "Reply-To", "Subject", "Auto-Submitted", "X-Auto-Response-Suppress",
    "MIME-Version", "Content-Type",
]  # fmt: skip
NASTY = "Anna\r\nBcc: everybody@example.org\r\n\r\n<b>not mine</b>"
TEXTS = st.text(max_size=400)


def sent(mail: Mail) -> EmailMessage:
    raw = envelope(mail, sender=SENDER, reply_to=REPLY_TO).message
    assert all(len(line) < 998 for line in raw.split(b"\r\n"))
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


@settings(max_examples=40)
@given(TEXTS, TEXTS)
@example(NASTY, NASTY)
@example("Müller-Lüdenscheidt, Prof. Dr. " * 8 + "Anna", "x" * 2000)
@example("a" * 70 + ", " + "b" * 70, '"quoted" \\ and, <evil@example.org>')
@example("=?utf-8?q?Anna=0D=0ABcc:_everybody=40example.org?=", "=?utf-8?q?=0D=0ABcc:_x=40example.org?=")
def test_no_name_or_subject_adds_a_header_or_a_recipient(name: str, subject: str):
    message = sent(replace(MAIL, to=Address("anna@example.org", name), subject=subject))
    assert sorted(message.keys()) == sorted(HEADERS)
    assert [one.addr_spec for one in message["To"].addresses] == ["anna@example.org"]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20).map(str.strip))
@example("Jäger, Anna")
@example("散乱・研究者")
@example("O'Neill (beamline) <staff>")
def test_a_name_of_any_script_arrives_as_it_is(name: str):
    raw = envelope(replace(MAIL, to=Address("anna@example.org", name), subject=name), sender=SENDER, reply_to=REPLY_TO)
    message = message_from_bytes(raw.message)  # the newer parser leaves blanks between the encoded words of a name
    assert decoded(message["Subject"]) == name
    assert decoded(message["To"].rpartition("<")[0].rstrip()) == name


@settings(max_examples=40)
@given(TEXTS, TEXTS)
@example(".\r\nMAIL FROM:<x@example.org>\r\n", "--boundary--\n")
@example("Größe: 1 µm — “good”\n", "<p>Größe</p>")
def test_texts_arrive_whole_whatever_they_hold(text: str, html: str):
    message = sent(replace(MAIL, text=text, html=html))
    bodies = [part.get_content() for part in message.iter_parts()]
    assert [as_lines(body) for body in bodies] == [as_lines(text), as_lines(html)]


def decoded(header: str) -> str:
    return str(make_header(decode_header(header)))


def as_lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


@pytest.mark.parametrize(
    "address",
    [
        "", "anna", "@example.org", "anna@", "anna@@example.org", "anna@example.org, ben@example.org",
        "an na@example.org",
        "anna@example.org\r\nRCPT TO:<ben@example.org>", "<anna@example.org>", "anna@exa mple.org", "anna@-example.org",
        '"anna"@example.org', "anna@example..org", ".anna@example.org", "a" * 65 + "@example.org",
        "anna@" + "a" * 64 + ".org",
        "anna\x00@example.org", "anna@example.org> SIZE=1",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_any_server_is_asked(address: str):
    with pytest.raises(Refused) as told:
        sent(replace(MAIL, to=Address(address)))
    assert told.value.code == "address_refused"


@given(st.text(max_size=60))
@example("\x80@0")
def test_an_address_is_one_or_refused(address: str):
    try:
        made = mailbox(address)
    except Refused:
        return
    assert made.count("@") == 1
    assert made.isprintable()
    assert not set(made) & set(' <>,;:"()[]\\')


@pytest.mark.parametrize("message_id", ["", "7", "<7>", "<7@x>\r\nBcc: y", "<7@x> <8@x>"])
def test_a_message_id_is_the_callers_to_get_right(message_id: str):
    with pytest.raises(ValueError, match="no message id"):
        sent(replace(MAIL, message_id=message_id))


def test_the_log_tells_developers_what_would_have_been_sent(capsys: pytest.CaptureFixture[str]):
    LogNotify().send(MAIL)
    assert "anna@example.org" in capsys.readouterr().out


def test_in_production_a_log_counts_as_nobody_told():
    with pytest.raises(Fault) as refused:
        LogNotify(accepts=False).send(MAIL)
    assert refused.value.code == "mail_not_set_up"
