"""Shapes of experiments and instruments."""

from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from api.schemas.common import CURSOR_LENGTH, DEFAULT_LIMIT, MAX_LIMIT, MountsSchema, NamedSchema, page_of
from api.schemas.fields import Key, Text, claim, day, one, text, word
from visa.services.experiments import ExperimentView, Scope


class InstrumentSchema(Schema):
    id = text()
    name = text()
    description = text()


class NameSchema(Schema):
    name = text()


class TeamMemberSchema(Schema):
    name = text()
    role = word("pi", "member")


class ExperimentSchema(Schema):
    """One measuring campaign. `team` is only there for its members."""

    id = text()
    proposal = text()
    title = text()
    instrument = one(NamedSchema)
    starts_on = day()
    ends_on = day()
    pi = one(NameSchema)
    team = fields.List(fields.Nested(TeamMemberSchema))
    public_at = day(nullable=True)
    proprietary = claim()
    open = claim()
    my_role = word("pi", "member", nullable=True)
    mounts = one(MountsSchema)


InstrumentPageSchema = page_of(InstrumentSchema, "InstrumentPage")
ExperimentPageSchema = page_of(ExperimentSchema, "ExperimentPage")


@dataclass(frozen=True)
class ExperimentQuery:
    scope: Scope
    q: str
    instrument: str | None
    cursor: str | None
    limit: int


class ExperimentQuerySchema(Schema):
    """`scope`: my own experiments, or those whose data are open. `q` looks in ids, proposals and titles."""

    scope = fields.Enum(Scope, by_value=True, load_default=Scope.MINE)
    q = Text(min_length=0, max_length=100, load_default="")
    instrument = Key(load_default=None)
    cursor = Key(max_length=CURSOR_LENGTH, load_default=None)
    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(1, MAX_LIMIT))

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> ExperimentQuery:
        return ExperimentQuery(**values)


def show_experiment(view: ExperimentView) -> dict[str, object]:
    row = view.experiment
    shown: dict[str, object] = {
        "id": row.id,
        "proposal": row.proposal,
        "title": row.title,
        "instrument": {"id": row.instrument_id, "name": view.instrument_name},
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "pi": {"name": view.pi_name},
        "public_at": row.public_at,
        "proprietary": row.proprietary,
        "open": view.open,
        "my_role": view.my_role,
        "mounts": {"raw": view.rights.raw, "processed": view.rights.processed},
    }
    if view.team is not None:
        shown["team"] = [{"name": one.name, "role": one.role} for one in view.team]
    return shown
