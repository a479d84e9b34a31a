"""Opening an instance's desktop, and its small picture."""

import secrets
from http import HTTPStatus

from flask import Response, request

from api.etags import unless_known
from api.guard import caller
from api.operation import Noun, operation, raw_operation
from api.schemas.instances import TicketSchema, TicketWishSchema
from api.shell import shell
from api.work import reading, writing
from visa.services import desktops, thumbnails
from visa.services.desktops import Right

noun = Noun("desktops", __name__, url_prefix="/api/v1/instances/<key:instance_id>", description="Desktops of instances")

SECRET_BYTES = 32
JPEG = "image/jpeg"


@operation(noun, "POST", "/tickets", body=TicketWishSchema, gives=TicketSchema, status=HTTPStatus.CREATED)
def create_ticket(right: Right, instance_id: str) -> dict[str, object]:
    """Get a ticket for a desktop: good for one use, at once"""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    broker = shell().runtime.settings.broker
    with writing() as work:
        ticket = desktops.issue_ticket(
            work.session,
            work.actor,
            instance_id,
            right,
            login_session_id=caller().login_session_id,
            secret=secret,
            now=work.desk.now,
            lifetime_s=broker.ticket_lifetime_s,
        )
    return {
        "url": f"{broker.public_url.rstrip('/')}/desktop",
        "protocols": ["binary", f"ticket.{secret}"],
        "right": right,
        "expires_at": ticket.expires_at,
    }


@raw_operation(noun, "GET", "/thumbnail", media_type=JPEG, takes=False)
def get_thumbnail(instance_id: str) -> Response:
    """The newest small picture of a desktop"""
    with reading() as work:
        thumbnail = thumbnails.get(work.session, work.actor, instance_id)
    response = Response(thumbnail.jpeg, mimetype=JPEG)
    response.set_etag(f"{thumbnail.taken_at.timestamp():.6f}")
    response.headers["Cache-Control"] = "private, no-cache"
    return unless_known(response)


@raw_operation(noun, "PUT", "/thumbnail", media_type=JPEG, takes=True)
def put_thumbnail(instance_id: str) -> Response:
    """Keep a new small picture of a desktop"""
    jpeg = request.get_data(cache=False)
    with writing() as work:
        thumbnails.put(work.session, work.actor, instance_id, jpeg, now=work.desk.now)
    return Response(status=HTTPStatus.NO_CONTENT)
