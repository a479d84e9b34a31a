"""The signed-in person."""

from api.operation import Noun, operation
from api.schemas.people import MeSchema, show_quota
from api.work import reading
from visa.domain.quota import Number
from visa.services import accounts

noun = Noun("me", __name__, url_prefix="/api/v1", description="The signed-in person")


@operation(noun, "GET", "/me", gives=MeSchema)
def get_me() -> dict[str, object]:
    """Who I am here, and how much I may have"""
    with reading() as work:
        me = accounts.me(work.session, work.actor, work.desk.policy)
    return {
        "id": me.person.id,
        "name": me.person.name,
        "email": me.person.email,
        "login": me.login,
        "roles": list(me.roles),
        "guest": me.guest,
        "instances": {
            "used": me.own.used.of(Number.INSTANCES),
            "limit": me.own.limits.of(Number.INSTANCES),
        },
        "quota": show_quota(me.own),
        "bin_count": me.bin_count,
    }
