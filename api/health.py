"""Whether this process lives (/healthz) and whether the deployment can serve people (/readyz)."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from api.guard import anonymous
from api.shell import shell
from visa.services import readiness

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@anonymous("load balancers ask, and learn nothing but that it runs")
def healthz() -> Response:
    return _said({"ok": True})


@blueprint.get("/readyz")
@anonymous("load balancers and the demo ask; it names parts that are down, never data")
def readyz() -> Response:
    runtime = shell().runtime
    checks = readiness.checks(runtime.sessions, now=runtime.clock.now())
    ok = all(check.ok for check in checks)
    said = {
        "ok": ok,
        "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks],
    }
    return _said(said, HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE)


def _said(content: dict[str, object], status: HTTPStatus = HTTPStatus.OK) -> Response:
    response = jsonify(content)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
