"""How much may be had at once: of a person, or shared by all instances of an experiment or of a cloud."""

from pydantic import Field

from visa.settings.base import Section


class SharedLimits(Section):
    """What all instances together may have at once; what has no number has no limit."""

    instances: int | None = Field(None, ge=0, description="Instances at once.")
    vcpus: int | None = Field(None, ge=0, description="Cores of all of them.")
    memory_gib: float | None = Field(None, ge=0, description="Memory of all of them, in GiB.")
    gpus: int | None = Field(None, ge=0, description="GPUs of all of them.")
