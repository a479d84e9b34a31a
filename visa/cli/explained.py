"""One instance's next step with everything that it follows from, as text; desktop passwords are left out."""

from dataclasses import replace
from typing import Any

from visa import bootstrap
from visa.bootstrap import Runtime
from visa.domain.resources import ServerSpec
from visa.services.clouds import cloud_of
from visa.services.reconcile.explain import explain


def explained(runtime: Runtime, instance_id: str) -> str:
    """Observed, intent, facts and step of one instance; its cloud is listed for it. Raises `NotFound`."""
    settings = runtime.settings
    with runtime.sessions.read() as session:
        section = settings.cloud_named(cloud_of(session, instance_id))
        cloud = runtime.open_cloud(section.name)
        why = explain(
            session,
            instance_id,
            cloud.survey(),
            deployment=section.deployment,
            limits=bootstrap.reconcile_limits(settings),
            now=runtime.clock.now(),
        )
    step = f"{type(why.step).__name__} {_fields(why.step)}"
    parts = {"observed": why.seen, "intent": why.intent, "facts": why.facts}
    return "\n".join([*(f"{name}: {_fields(part)}" for name, part in parts.items()), f"step: {step}"])


def _fields(value: Any) -> str:
    return "".join(f"\n  {key}: {_without_secret(one)}" for key, one in vars(value).items())


def _without_secret(value: Any) -> str:
    return str(replace(value, desktop_password="(hidden)") if isinstance(value, ServerSpec) else value)  # noqa: S106 - the point is that it is none
