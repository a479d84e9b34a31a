"""A mail as the platform hands it to a mail server: one letter to one address.

One recipient a mail, so that each has an outcome of its own and nobody reads whom else it went to.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Address:
    """Somebody's mailbox. `name` is what readers show ("" shows the address); both may hold any script."""

    address: str
    name: str = ""


@dataclass(frozen=True)
class Mail:
    """What is to be sent.

    `message_id` is "<unique@domain>", the same at each try, so that readers fold the doubles of a try whose outcome was
    unknown. `date` is aware. `text` and `html` say the same. `reply_to` None is the configured address.
    Every mail of ours is marked as made by a machine (RFC 3834): out-of-office answers stay away.
    """

    message_id: str
    to: Address
    subject: str
    text: str
    html: str
    date: datetime
    reply_to: Address | None = None
