"""The policy: how long things live, when people are warned, how much there may be, and when nothing is reclaimed.

It is a file of its own (config/policy.yaml), because it is no matter of one process: `visa policy load` brings a version
into force for all of them at once. A file says only what differs from these defaults.
"""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from visa.settings.base import Days, Section
from visa.settings.limits import SharedLimits
from visa.settings.windows import Windows

YEAR_MIN = 525_600

StandingName = Annotated[str, Field(pattern="^(user|staff|guest)$")]


def _longest_first(leads: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sorted(set(leads), reverse=True))


Leads = Annotated[tuple[Days, ...], Field(min_length=1), AfterValidator(_longest_first)]


class RoleTerms(Section):
    """What one standing gives: how long instances live and how many there may be."""

    lifetime_d: Days = Field(description="Days that a new instance lives.")
    extension_d: Days = Field(description="Days from now that one extension gives.")
    max_lifetime_d: Days = Field(description="Days since creation that extensions can reach.")
    idle_d: Days | None = Field(
        None, description="Days without any sign of use after which one is reclaimed; none is never."
    )
    instances: int = Field(ge=0, description="Instances at once.")
    vcpus: int | None = Field(None, ge=0, description="Cores of all of them; none is no limit.")
    memory_gib: float | None = Field(None, ge=0, description="Memory of all of them in GiB; none is no limit.")
    gpus: int | None = Field(None, ge=0, description="GPUs of all of them; none is no limit.")

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.max_lifetime_d < self.lifetime_d:
            raise ValueError("max_lifetime_d is shorter than lifetime_d")
        return self


class Replacing(Section):
    """Numbers of `RoleTerms` that an image or flavour replaces; the others stay as they are."""

    lifetime_d: Days | None = Field(None, description="Days that a new instance lives.")
    extension_d: Days | None = Field(None, description="Days from now that one extension gives.")
    max_lifetime_d: Days | None = Field(None, description="Days since creation that extensions can reach.")
    idle_d: Days | None = Field(None, description="Days without any sign of use after which one is reclaimed.")

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.lifetime_d is not None and self.max_lifetime_d is not None and self.max_lifetime_d < self.lifetime_d:
            raise ValueError("max_lifetime_d is shorter than lifetime_d")
        return self


class Warnings(Section):
    """Days before each end at which its owner is told by mail. Pages show the end all the time."""

    lifetime_d: Leads = Field((3, 1), description="Before an instance's lifetime ends.")
    idle_d: Leads = Field((1,), description="Before an idle instance is reclaimed.")
    quota_d: Leads = Field((3,), description="Before an instance over quota is reclaimed.")
    bin_d: Leads = Field((14, 3), description="Before a workspace leaves the recycle bin.")
    archive_d: Leads = Field((14, 3), description="Before an archive is deleted for ever.")


class IdleSignals(Section):
    """From when on what a machine does counts as work."""

    load: float = Field(0.2, gt=0, le=10_000, description="Processors busy, as a mean, above which a machine works.")
    mean_min: float = Field(
        60, gt=0, le=YEAR_MIN, description="Minutes over which the mean of processors busy is taken."
    )
    known_min: float = Field(
        10, gt=0, le=YEAR_MIN, description="After so many minutes without a word of a signal nothing is known."
    )


USUAL: dict[str, RoleTerms] = {
    "user": RoleTerms(lifetime_d=14, extension_d=14, max_lifetime_d=60, idle_d=4, instances=2),
    "staff": RoleTerms(lifetime_d=60, extension_d=60, max_lifetime_d=365, idle_d=8, instances=5),
    "guest": RoleTerms(lifetime_d=7, extension_d=7, max_lifetime_d=14, idle_d=4, instances=1),
}


class Policy(Section):
    """All of it. The numbers of an image or flavour come before the standing's; of two, the smaller counts."""

    user: RoleTerms = Field(USUAL["user"], description="For users.")
    staff: RoleTerms = Field(USUAL["staff"], description="For staff.")
    guest: RoleTerms = Field(USUAL["guest"], description="For guests.")
    images: dict[str, dict[StandingName, Replacing]] = Field(
        {}, description="By id of an image and standing: numbers that replace the standing's."
    )
    flavours: dict[str, dict[StandingName, Replacing]] = Field(
        {}, description="By id of a flavour and standing: numbers that replace the standing's."
    )
    experiment: SharedLimits = Field(
        SharedLimits(), description="What all instances of one experiment share; who finds no room waits."
    )
    clouds: dict[str, SharedLimits] = Field(
        {},
        description="By name of a cloud: what all instances there share, beside the limits that the cloud itself sets.",
    )
    warnings: Warnings = Warnings()
    idle: IdleSignals = IdleSignals()
    windows: Windows = Windows()
    snapshot: bool = Field(True, description="A workspace is copied before its reclaimed machine is deleted.")
    bin_d: Days = Field(90, description="Days that a workspace stays in the recycle bin.")
    archive: bool = Field(
        True, description="After the recycle bin a workspace is archived, where its cloud keeps backups."
    )
    archive_d: Days = Field(365, description="Days that an archive is kept.")
    request_hold_d: Days = Field(
        3, description="A request for more time that nobody answered holds reclaim off for so many days."
    )
    guest_uid_first: int = Field(
        200000, ge=1000, description="Unix ids of people without a facility account are given out from here on."
    )
    warn_d: Days = Field(3, description="Days before the end of an instance from when pages warn.")

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, said: object) -> object:
        """What a file leaves out of a standing is as the product has it."""
        if not isinstance(said, dict):
            return said
        partly = {
            who: terms.model_dump() | said[who] for who, terms in USUAL.items() if isinstance(said.get(who), dict)
        }
        return said | partly
