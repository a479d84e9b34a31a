"""Images and flavours."""

from api.lists import page
from api.operation import Noun, operation
from api.schemas.common import PageQuery, PageQuerySchema
from api.schemas.offers import (
    FlavourPageSchema,
    FlavourQuery,
    FlavourQuerySchema,
    ImagePageSchema,
    show_flavour,
    show_image,
)
from api.work import reading
from visa.services import offers

noun = Noun("offers", __name__, url_prefix="/api/v1", description="What can be started")


@operation(noun, "GET", "/images", query=PageQuerySchema, gives=ImagePageSchema)
def list_images(query: PageQuery) -> dict[str, object]:
    """Desktops that can be started"""
    with reading() as work:
        return page(
            "images",
            query,
            lambda after, limit: offers.list_images(work.session, work.actor, after=after, limit=limit),
            position=lambda offer: (offer.image.position, offer.image.id),
            types=(int, str),
            show=show_image,
        )


@operation(noun, "GET", "/flavours", query=FlavourQuerySchema, gives=FlavourPageSchema)
def list_flavours(query: FlavourQuery) -> dict[str, object]:
    """Sizes of machines that can be started"""
    with reading() as work:
        return page(
            " ".join(("flavours", *query.experiment_ids)),
            query,
            lambda after, limit: offers.list_flavours(
                work.session, work.desk, experiment_ids=query.experiment_ids, after=after, limit=limit
            ),
            position=lambda offer: (offer.flavour.position, offer.flavour.id),
            types=(int, str),
            show=show_flavour,
        )
