"""Signing in and out: the three addresses that browsers visit. They hold no state: attempts and sessions are rows."""

import re
import secrets
from http import HTTPStatus
from urllib.parse import urlencode

import structlog
from flask import Blueprint, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from api import cookies
from api.errors import MEDIA_TYPE, HttpProblem
from api.guard import anonymous
from api.shell import Shell, shell
from visa.errors import ProviderDown, SignInRefused
from visa.services import login_sessions, sign_in
from visa.services.sign_in import ATTEMPT_LIFETIME, Answer, Door, Opening

log = structlog.get_logger(__name__)

blueprint = Blueprint("auth", __name__, url_prefix="/auth")

SECRET_BYTES = 32
VERIFIER_BYTES = 48
SIGN_IN_PAGE = "/sign-in"
_BROWSER = re.compile(r"[A-Za-z0-9_-]{43}")


@blueprint.get("/login")
@anonymous("this is how one stops being anonymous")
def login() -> AnyResponse:
    """Remember an attempt and send the browser to the provider."""
    here = shell()
    opening = Opening(
        state=_secret(), nonce=_secret(), verifier=secrets.token_urlsafe(VERIFIER_BYTES), browser=_browser()
    )
    next_path = sign_in.safe_next(request.args.get("next", sign_in.HOME))
    now = here.runtime.clock.now()
    if wait_s := here.sign_ins.wait_s(request.remote_addr or "", now):
        return _too_many(wait_s, next_path)
    try:
        address = sign_in.begin(
            here.runtime.sessions,
            here.identity,
            opening,
            next_path=next_path,
            redirect_uri=_redirect_uri(here),
            now=now,
        )
    except ProviderDown as error:
        return _failed(error, next_path=next_path)
    response = redirect(address, HTTPStatus.SEE_OTHER)
    cookies.put(
        response,
        here.runtime.settings,
        cookies.SIGN_IN,
        opening.browser,
        max_age_s=ATTEMPT_LIFETIME.total_seconds(),
        path=cookies.SIGN_IN_PATH,
    )
    return response


@blueprint.get("/callback")
@anonymous("the provider sends browsers here that are not signed in yet; the attempt is checked instead")
def callback() -> AnyResponse:
    """Take the provider's answer; with a good one the browser is signed in from here on."""
    here = shell()
    runtime = here.runtime
    door = Door(
        sessions=runtime.sessions,
        identity=here.identity,
        settings=runtime.settings.identity,
        clock=runtime.clock,
        new_id=runtime.new_id,
        redirect_uri=_redirect_uri(here),
    )
    token = _secret()
    try:
        entered = sign_in.finish(
            door,
            _answer(),
            browser=request.cookies.get(cookies.SIGN_IN, ""),
            token=token,
            old_token=request.cookies.get(cookies.SESSION, ""),
        )
    except (ProviderDown, SignInRefused) as error:
        return _failed(error)
    log.info("signed in", person=entered.person_id)
    response = redirect(entered.next_path, HTTPStatus.SEE_OTHER)
    max_age_s = runtime.settings.identity.session_max_h * 3600
    cookies.put(response, runtime.settings, cookies.SESSION, token, max_age_s=max_age_s)
    return response


@blueprint.post("/logout")
@anonymous("signing out twice, or after the session ended by itself, is not an error")
def logout() -> AnyResponse:
    """Forget the session; `redirect` is where the browser can sign out at the provider too."""
    here = shell()
    token = request.cookies.get(cookies.SESSION, "")
    with here.runtime.sessions.write() as session:
        id_token = login_sessions.close(session, token)
    response = jsonify({"redirect": _sign_out_address(here, id_token) if id_token else None})
    cookies.remove(response, here.runtime.settings, cookies.SESSION)
    return response


def _sign_out_address(here: Shell, id_token: str) -> str | None:
    """Signing out here has happened already, and does not depend on a provider that is down."""
    try:
        return here.identity.sign_out_address(
            id_token=id_token, return_to=here.runtime.settings.public_url + SIGN_IN_PAGE
        )
    except ProviderDown as error:
        log.warning("signed out here only", code=error.code, detail=error.detail)
        return None


def _answer() -> Answer:
    asked = request.args
    return Answer(
        state=asked.get("state", ""), code=asked.get("code", ""), error=asked.get("error", ""), issuer=asked.get("iss")
    )


def _failed(error: ProviderDown | SignInRefused, *, next_path: str = sign_in.HOME) -> AnyResponse:
    """People get the sign-in page, which says why; programs get the problem document."""
    log.warning("sign-in failed", code=error.code, detail=error.detail)
    if not _for_people():
        raise error
    return _back(error.code, next_path)


def _too_many(wait_s: int, next_path: str) -> AnyResponse:
    """Nothing is remembered of this attempt: what anybody may ask for must not fill the database."""
    code = "sign_in_too_many"
    log.warning("sign-in failed", code=code, detail="more sign-ins from one address than api.sign_ins_per_min")
    headers = {"Retry-After": str(wait_s)}
    if not _for_people():
        detail = f"Too many sign-ins from this network at once. Try again in {wait_s} s."
        raise HttpProblem(HTTPStatus.TOO_MANY_REQUESTS, code, detail, headers=headers)
    response = _back(code, next_path)
    response.headers.update(headers)
    return response


def _for_people() -> bool:
    return request.accept_mimetypes["text/html"] > request.accept_mimetypes[MEDIA_TYPE]


def _back(code: str, next_path: str) -> AnyResponse:
    """To the sign-in page, which says why."""
    said = {"error": code, "next": next_path}
    return redirect(f"{SIGN_IN_PAGE}?{urlencode(said)}", HTTPStatus.SEE_OTHER)


def _redirect_uri(here: Shell) -> str:
    return f"{here.runtime.settings.public_url}/auth/callback"


def _secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def _browser() -> str:
    """The same for attempts in several tabs: each is bound to this browser by its own state besides."""
    have = request.cookies.get(cookies.SIGN_IN, "")
    return have if _BROWSER.fullmatch(have) else _secret()
