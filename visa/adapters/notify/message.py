"""From a mail of ours to the bytes of RFC 5322, with nothing left to the values that it holds.

Header values are put on one line and encoded, addresses are taken apart and checked, domains are written in ASCII
(IDNA), and a local part that is not ASCII makes the whole message one for SMTPUTF8 (RFC 6531).
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import idna

from visa.domain.mail import Address, Mail
from visa.errors import Refused

NAME_LENGTH = 200  # of somebody's name in a header
SUBJECT_LENGTH = 300
NO_BREAK = "\u00a0"  # stands before French signs
WORD_LENGTH = 45  # octets in one encoded word, which makes 60 letters of base64 in a word of at most 75
PLAIN = re.compile(r"[A-Za-z0-9' -]*")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+>")
LOCAL_PART = re.compile(r"[^\s\x00-\x20\x7f\"(),:;<>@\[\\\]]{1,64}")


@dataclass(frozen=True)
class Envelope:
    """What SMTP is told: sender, recipient, whether the server has to know SMTPUTF8, and the message."""

    sender: str
    recipient: str
    utf8: bool
    message: bytes


def envelope(mail: Mail, *, sender: Address, reply_to: Address) -> Envelope:
    """The message as it goes out. Raises `Refused` when an address is none."""
    if not MESSAGE_ID.fullmatch(mail.message_id):
        raise ValueError(f"no message id: {mail.message_id!r}")
    headers = {
        "Message-ID": mail.message_id,
        "Date": format_datetime(mail.date),
        "From": _header(sender),
        "To": _header(mail.to),
        "Reply-To": _header(mail.reply_to or reply_to),
        "Subject": _phrase(_line(mail.subject, SUBJECT_LENGTH)),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    parts = EmailMessage(policy=SMTP)
    parts.set_content(mail.text, cte="quoted-printable")
    parts.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    message = head.encode() + parts.as_bytes()
    return Envelope(mailbox(sender.address), mailbox(mail.to.address), not message.isascii(), message)


def mailbox(address: str) -> str:
    """The address with its domain in ASCII. Raises `Refused` when it is none."""
    local, at, domain = address.strip().rpartition("@")
    dotted = local.startswith(".") or local.endswith(".") or ".." in local
    if not at or dotted or not local.isprintable() or not LOCAL_PART.fullmatch(local):
        raise _no_address(address)
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise _no_address(address) from error


def _header(address: Address) -> str:
    name = _phrase(_line(address.name, NAME_LENGTH))
    return f"{name}\r\n <{mailbox(address.address)}>" if name else mailbox(address.address)


def _line(text: str, length: int) -> str:
    printable = "".join(one if one.isprintable() or one == NO_BREAK else " " for one in text)
    return re.sub(" +", " ", printable).strip()[:length]


def _phrase(text: str) -> str:
    """As it is when it is short and plain, else as encoded words (RFC 2047), which nothing in it can end.

    Not left to the standard library: its folding drops the quotes around a long name, so that a comma in it starts
    another recipient.
    """
    if len(text) <= WORD_LENGTH and PLAIN.fullmatch(text):
        return text
    words = [""]
    for one in text:
        if len((words[-1] + one).encode()) > WORD_LENGTH:
            words.append("")
        words[-1] += one
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word.encode()).decode()}?=" for word in words)


def _no_address(address: str) -> Refused:
    return Refused(
        "The mail address is not one that mail can be sent to.",
        code="address_refused",
        detail=f"{address!r} is no mail address",
    )
