"""Small pictures of desktops, as their owner's page took them last. The bytes are only ever shown as an image."""

from datetime import datetime

from sqlalchemy.orm import Session

from visa.errors import Invalid, NotFound
from visa.services.actors import Actor
from visa.services.instances import find_mine
from visa.store.tables import Thumbnail

MAX_BYTES = 64 * 1024
_BEGINS, _ENDS = b"\xff\xd8\xff", b"\xff\xd9"


def put(session: Session, actor: Actor, instance_id: str, jpeg: bytes, *, now: datetime) -> Thumbnail:
    """Keep this picture of an own instance instead of the one before. Raises `NotFound` and `Invalid`."""
    instance = find_mine(session, actor, instance_id)
    if len(jpeg) > MAX_BYTES or not (jpeg.startswith(_BEGINS) and jpeg.endswith(_ENDS)):
        raise Invalid(f"A thumbnail is a JPEG image of at most {MAX_BYTES // 1024} KiB.", code="not_a_jpeg")
    thumbnail = session.get(Thumbnail, instance.id)
    if thumbnail is None:
        thumbnail = Thumbnail(instance_id=instance.id, jpeg=jpeg, taken_at=now)
        session.add(thumbnail)
    else:
        thumbnail.jpeg, thumbnail.taken_at = jpeg, now
    return thumbnail


def get(session: Session, actor: Actor, instance_id: str) -> Thumbnail:
    """The picture of an own instance. Raises `NotFound`."""
    thumbnail = session.get(Thumbnail, find_mine(session, actor, instance_id).id)
    if thumbnail is None:
        raise NotFound("There is no picture of this desktop yet.")
    return thumbnail
