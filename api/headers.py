"""Headers that tell browsers what our pages may do. Nothing comes from another host; nobody may put us in a frame."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from visa.settings import Settings

HSTS = "max-age=31536000"
# Mantine writes its theme into <style> elements and sets style attributes, and so does Swagger UI.
_STYLES = "style-src 'self' 'unsafe-inline'"


def install(app: Flask, settings: Settings) -> None:
    pages = page_policy(settings)
    secure = urlsplit(settings.public_url).scheme == "https"

    def protect(response: Response) -> Response:
        is_page = response.mimetype == "text/html"
        response.headers["Content-Security-Policy"] = pages if is_page else "default-src 'none'; frame-ancestors 'none'"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if is_page:
            response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        if secure:
            response.headers["Strict-Transport-Security"] = HSTS
        if request.path.startswith("/auth/"):
            response.headers["Cache-Control"] = "no-store"
        return response

    app.after_request(protect)


def page_policy(settings: Settings) -> str:
    """The Content-Security-Policy of pages: they talk to us and to the broker, whose port or host may be another."""
    broker = urlsplit(settings.broker.public_url)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            _STYLES,
            "img-src 'self' data: blob:",
            "font-src 'self'",
            f"connect-src 'self' {broker.scheme}://{broker.netloc}",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
