"""Writes letters to the process's log, where a developer reads them. Nobody is told anything."""

import structlog

from visa.domain.mail import Mail

log = structlog.get_logger("visa.mail")


class LogNotify:
    """Accepts everything."""

    def send(self, mail: Mail) -> None:
        log.info("mail", message_id=mail.message_id, to=mail.to.address, subject=mail.subject, text=mail.text)
