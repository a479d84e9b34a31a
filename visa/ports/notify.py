"""The notify port: telling people by mail."""

from typing import Protocol

from visa.domain.mail import Mail


class Notify(Protocol):
    """Obligations of every implementation:

    - Only `Busy`, `Refused` and `Fault` of visa.errors leave it; `detail` keeps the server's own words.
    - No single wait for the other side takes longer than the configured time-out.
    - Nothing that a mail holds can add a header, a recipient or a second mail.
    - Calls may be made from several threads at the same time.
    """

    def send(self, mail: Mail) -> None:
        """Returns when the receiving server has accepted the mail: what it does with it later is not known.

        Raises
        - `Busy`: it was certainly not accepted, and a later try may be: the server is away, or says so (4xx).
        - `Refused`: the address or the letter is refused for good (5xx), code "address_refused" or "letter_refused".
          Somebody has to correct the address; trying again the same way is pointless.
        - `Fault`: the outcome is unknown (the connection ended after the letter was given), or our own settings are
          wrong (login, certificate, sender). Try again with the same `message_id`, ever more slowly, and tell
          operators.
        """
        ...
