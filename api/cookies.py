"""Our two cookies. Scripts cannot read them; requests of other sites carry them only when opening a page of ours."""

from werkzeug.wrappers import Response

from visa.settings import Environment, Settings

SESSION = "visa_session"
SIGN_IN = "visa_sign_in"  # binds a sign-in under way to the browser that began it
SIGN_IN_PATH = "/auth"


def put(response: Response, settings: Settings, name: str, value: str, *, max_age_s: float, path: str = "/") -> None:
    """Keep `value` in the browser for `max_age_s` seconds."""
    response.set_cookie(
        name,
        value,
        max_age=int(max_age_s),
        path=path,
        secure=settings.environment is not Environment.DEVELOPMENT,
        httponly=True,
        samesite="Lax",
    )


def remove(response: Response, settings: Settings, name: str, *, path: str = "/") -> None:
    put(response, settings, name, "", max_age_s=0, path=path)
