"""Sends letters by SMTP (RFC 5321), one conversation a letter.

Every answer of the server and every way of losing it becomes Busy, Refused or Fault here, by the step at which it is:
only an answer to the recipient or to the letter itself can condemn that letter, everything else is the server's trouble
or a mistake of our settings, and passes when it is mended. (smtplib's own errors are OSErrors too: order matters.)
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from visa.adapters.notify.message import Envelope, envelope, mailbox
from visa.domain.mail import Address, Mail
from visa.errors import Busy, CloudError, Fault, Misconfigured, Refused
from visa.settings.mail import Mail as MailSettings

LATER_S = 300.0  # greylisting lets a letter in after some minutes
AWAY_S = 60.0
GOODBYE_S = 2.0
OK, MORE, LATER, PERMANENT, LAST = 200, 300, 400, 500, 599  # classes of answers
LOGIN_WANTED = frozenset({530, 534, 535, 538})
NOT_PRIVATE = "The conversation with the mail server cannot be made private."


class SmtpNotify:
    """The server that the settings name. Nothing is kept open between letters.

    Raises `Misconfigured` for what can be seen to be wrong before anybody is written to.
    """

    def __init__(self, settings: MailSettings, *, sender_name: str) -> None:
        self._settings = settings
        self._sender = Address(settings.from_address, settings.from_name or sender_name)
        self._reply_to = Address(settings.reply_to or settings.from_address)
        if not settings.host:
            raise Misconfigured("mail.host is missing: name your mail server")
        self._domain = _mailbox_of(self._sender, "mail.from_address").rpartition("@")[2]
        _mailbox_of(self._reply_to, "mail.reply_to")
        try:
            self._tls = ssl.create_default_context(cafile=settings.ca_file)
        except OSError as error:
            raise Misconfigured(f"mail.ca_file: {settings.ca_file} cannot be read: {error}") from error

    def send(self, mail: Mail) -> None:
        """As the port says."""
        letter = envelope(mail, sender=self._sender, reply_to=self._reply_to)
        with self._conversation() as server:
            _hand_over(server, letter)

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        """A server that has greeted, been made private and logged in to, as the settings say."""
        server = self._connected()
        try:
            self._make_private(server)
            self._log_in(server)
            yield server
        finally:
            _leave(server)

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        domain = self._domain  # not the machine's name, which smtplib would look up without a time limit
        try:
            if settings.tls == "tls":
                return smtplib.SMTP_SSL(
                    settings.host, settings.port, domain, timeout=settings.timeout_s, context=self._tls
                )
            return smtplib.SMTP(settings.host, settings.port, domain, timeout=settings.timeout_s)
        except ssl.SSLError as error:
            raise Fault(NOT_PRIVATE, code="mail_tls", detail=_said(error)) from error
        except smtplib.SMTPConnectError as error:
            raise _verdict("mail_greeting", error.smtp_code, error.smtp_error) from error
        except OSError as error:
            raise _away(error) from error

    def _make_private(self, server: smtplib.SMTP) -> None:
        if self._settings.tls != "starttls":
            return
        try:
            server.starttls(context=self._tls)
        except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
            raise Fault(NOT_PRIVATE, code="mail_tls", detail=_said(error)) from error
        except smtplib.SMTPResponseException as error:
            raise _verdict("mail_tls", error.smtp_code, error.smtp_error) from error
        except OSError as error:
            raise _away(error) from error

    def _log_in(self, server: smtplib.SMTP) -> None:
        settings = self._settings
        try:
            server.ehlo_or_helo_if_needed()
            if settings.user:
                server.login(settings.user, settings.password.get_secret_value())
        except smtplib.SMTPResponseException as error:
            raise _verdict("mail_login", error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPServerDisconnected as error:
            raise _away(error) from error
        except (smtplib.SMTPException, UnicodeError) as error:  # it knows no login, or no way of it that we know
            raise Fault("The mail server cannot be logged in to.", code="mail_login", detail=_said(error)) from error
        except OSError as error:
            raise _away(error) from error


def _mailbox_of(address: Address, setting: str) -> str:
    try:
        made = mailbox(address.address)
    except Refused as error:
        raise Misconfigured(f"{setting}: {error.detail}") from error
    if not made.isascii():
        raise Misconfigured(
            f"{setting}: {made} needs SMTPUTF8, which few mail servers know: the part before @ is not ASCII"
        )
    return made


def _hand_over(server: smtplib.SMTP, letter: Envelope) -> None:
    """Sender, recipient, letter. Until the letter is given, a lost connection means that nothing was accepted."""
    options = ["SMTPUTF8", "BODY=8BITMIME"] if letter.utf8 else []
    if letter.utf8 and not server.has_extn("smtputf8"):
        raise Refused(
            "The mail server cannot send to this address.",
            code="address_refused",
            detail="the server does not know SMTPUTF8",
        )
    try:
        _expect("mail_sender", *server.mail(letter.sender, options))
        _expect("address_refused", *server.rcpt(letter.recipient))
    except OSError as error:
        raise _away(error) from error
    try:
        _expect("letter_refused", *server.data(letter.message))
    except smtplib.SMTPDataError as error:
        raise _verdict("letter_refused", error.smtp_code, error.smtp_error) from error
    except OSError as error:
        raise Fault("Whether the mail was accepted is unknown.", code="mail_unknown", detail=_said(error)) from error


def _expect(refusal: str, code: int, answer: bytes) -> None:
    if not OK <= code < MORE:
        raise _verdict(refusal, code, answer)


def _verdict(refusal: str, code: int, answer: bytes | str) -> CloudError:
    """What an answer other than yes means. `refusal` is the code of a lasting no at this step."""
    said = f"{code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"
    if LATER <= code < PERMANENT:
        return Busy("The mail server asks to try again later.", retry_after_s=LATER_S, code="mail_busy", detail=said)
    if code in LOGIN_WANTED:
        return Fault("The mail server wants another login.", code="mail_login", detail=said)
    if PERMANENT <= code <= LAST and refusal in {"address_refused", "letter_refused"}:
        return Refused("The mail server refuses this mail.", code=refusal, detail=said)
    return Fault("The mail server refuses to work for us.", code=refusal, detail=said)


def _away(error: Exception) -> Busy:
    return Busy(
        "The mail server cannot be reached.", retry_after_s=AWAY_S, code="mail_unreachable", detail=_said(error)
    )


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        return f"{error.smtp_code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"
    return str(error) or type(error).__name__


def _leave(server: smtplib.SMTP) -> None:
    """Politely, but what was accepted stays accepted: nothing that happens now matters."""
    with suppress(OSError):
        if server.sock is not None:
            server.sock.settimeout(GOODBYE_S)
            server.quit()
    server.close()
