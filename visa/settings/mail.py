"""Settings of the letters that the platform sends."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from visa.settings.base import Port, Seconds, Section


class Mail(Section):
    """Letters to people: warnings before anything is taken back, and what became of requests."""

    adapter: Literal["log", "smtp"] = Field(
        "log", description="How letters go out: smtp, or log (written to the log only: for development)."
    )
    host: str = Field("", description="smtp: your mail server.")
    port: Port = Field(587, description="smtp: its port; 587 with starttls, 465 with tls, 25 with none as a rule.")
    tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="smtp: starttls (required, never given up), tls from the first byte, or none."
    )
    ca_file: Path | None = Field(None, description="smtp: certificates (PEM) to trust instead of the system's.")
    user: str = Field("", description="smtp: name to log in with; empty logs in nowhere.")
    password: SecretStr = Field(SecretStr(""), description="smtp: password to log in with.")
    timeout_s: Seconds = Field(20, description="smtp: how long connecting, and each answer, may take.")
    from_address: str = Field(
        "visa@localhost", description="Sender; bounces go there and are not read by the platform."
    )
    from_name: str = Field("", description="Sender's name; empty is site.name and site.facility.")
    reply_to: str = Field(
        "", description="Support's address: answers go there, and letters name it; empty is from_address."
    )
    operators: tuple[str, ...] = Field(
        (), description="Addresses that are told when something is stuck, such as a warning that cannot be delivered."
    )
    send_s: Seconds = Field(5, description="How often letters that wait are sent.")
    alert_after_s: Seconds = Field(
        14400, description="How long a letter may be undelivered before mail.operators are told; then once a day."
    )
    language: Literal["en", "de", "fr"] = Field("en", description="Language of letters to people who chose none.")
    templates: Path | None = Field(
        None, description="Folder of your own templates, each in place of a shipped one: see docs/operate.md."
    )
