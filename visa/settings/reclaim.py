"""How often reclaim looks. What it goes by is the policy, a file of its own."""

from pydantic import Field

from visa.settings.base import Seconds, Section


class Reclaim(Section):
    """The jobs that take back what the policy no longer gives."""

    look_s: Seconds = Field(30, le=240, description="How often what is due is looked at.")
    enrol_s: Seconds = Field(3600, description="How often whatever was never looked at is searched for.")
    surplus_s: Seconds = Field(600, description="How often it is counted who has more than they may have.")
