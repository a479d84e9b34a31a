"""Experiments and instruments."""

from datetime import date

from api.lists import page
from api.operation import Noun, operation
from api.schemas.common import PageQuery, PageQuerySchema
from api.schemas.experiments import (
    ExperimentPageSchema,
    ExperimentQuery,
    ExperimentQuerySchema,
    ExperimentSchema,
    InstrumentPageSchema,
    show_experiment,
)
from api.work import reading
from visa.services import experiments

noun = Noun("experiments", __name__, url_prefix="/api/v1", description="What was measured, and where")


@operation(noun, "GET", "/instruments", query=PageQuerySchema, gives=InstrumentPageSchema)
def list_instruments(query: PageQuery) -> dict[str, object]:
    """Instruments by name"""
    with reading() as work:
        return page(
            "instruments",
            query,
            lambda after, limit: experiments.list_instruments(work.session, after=after, limit=limit),
            position=lambda one: (one.name, one.id),
            types=(str, str),
            show=lambda one: {"id": one.id, "name": one.name, "description": one.description},
        )


@operation(noun, "GET", "/experiments", query=ExperimentQuerySchema, gives=ExperimentPageSchema)
def list_experiments(query: ExperimentQuery) -> dict[str, object]:
    """My experiments, or those whose data are open, newest first"""
    with reading() as work:
        return page(
            f"experiments:{query.scope}:{query.instrument}:{query.q}",
            query,
            lambda after, limit: experiments.list_visible(
                work.session,
                work.actor,
                query.scope,
                now=work.desk.now,
                q=query.q,
                instrument_id=query.instrument,
                after=after,
                limit=limit,
            ),
            position=lambda view: (view.experiment.starts_on, view.experiment.id),
            types=(date, str),
            show=show_experiment,
        )


@operation(noun, "GET", "/experiments/<key:experiment_id>", gives=ExperimentSchema)
def get_experiment(experiment_id: str) -> dict[str, object]:
    """One experiment"""
    with reading() as work:
        return show_experiment(experiments.get_visible(work.session, work.actor, experiment_id, now=work.desk.now))
