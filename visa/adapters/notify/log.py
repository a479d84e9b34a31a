"""Writes letters to the process's log, where a developer reads them. Nobody is told anything."""

import structlog

from visa.domain.mail import Mail
from visa.errors import Fault

log = structlog.get_logger("visa.mail")


class LogNotify:
    """Accepts everything where people are there to try it out, and nothing in production: nobody would be warned."""

    def __init__(self, *, accepts: bool = True) -> None:
        self._accepts = accepts

    def send(self, mail: Mail) -> None:
        log.info("mail", message_id=mail.message_id, to=mail.to.address, subject=mail.subject, text=mail.text)
        if not self._accepts:
            raise Fault("No mail server is set up.", code="mail_not_set_up", detail="mail.adapter is log")
