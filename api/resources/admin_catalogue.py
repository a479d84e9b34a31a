"""The catalogue for admins: what is offered, to whom and for how long. Everybody else is told that nothing is here."""

from http import HTTPStatus
from typing import Any

from api.etags import require_match, tag_with
from api.lists import page
from api.operation import Noun, operation
from api.schemas.admin_catalogue import (
    AdminFlavourPageSchema,
    AdminFlavourSchema,
    AdminImagePageSchema,
    AdminImageSchema,
    CatalogueQuery,
    CatalogueQuerySchema,
    CloudOffersSchema,
    FlavourChangesSchema,
    ImageChangesSchema,
    NewFlavourSchema,
    NewImageSchema,
    show_entry,
    show_offers,
)
from api.work import Work, reading, writing
from visa.services import catalogue, cloud_offers
from visa.services.catalogue import Table
from visa.store.tables import Flavour, Image

noun = Noun("admin", __name__, url_prefix="/api/v1/admin", description="The catalogue of images and flavours")

Shown = dict[str, object]


@operation(noun, "GET", "/images", query=CatalogueQuerySchema, gives=AdminImagePageSchema)
def list_admin_images(query: CatalogueQuery) -> Shown:
    """All images"""
    return _list(Image, "admin-images", query)


@operation(noun, "POST", "/images", body=NewImageSchema, gives=AdminImageSchema, status=HTTPStatus.CREATED)
def create_image(values: dict[str, Any]) -> tuple[Shown, dict[str, str]]:
    """Offer another image"""
    return _create(Image, "images", values)


@operation(noun, "GET", "/images/<key:image_id>", gives=AdminImageSchema)
def get_image(image_id: str) -> Shown:
    """One image"""
    with reading() as work:
        return _shown(work, Image, image_id)


@operation(noun, "PATCH", "/images/<key:image_id>", body=ImageChangesSchema, gives=AdminImageSchema, if_match=True)
def edit_image(changes: dict[str, Any], image_id: str) -> Shown:
    """Change what an image is, for whom and for how long"""
    return _edit(Image, image_id, changes)


@operation(noun, "POST", "/images/<key:image_id>/retire", gives=AdminImageSchema)
def retire_image(image_id: str) -> Shown:
    """Offer an image no more; instances of it go on"""
    return _retire(Image, image_id)


@operation(noun, "POST", "/images/<key:image_id>/bring-back", gives=AdminImageSchema)
def bring_back_image(image_id: str) -> Shown:
    """Offer a retired image again"""
    return _bring_back(Image, image_id)


@operation(noun, "GET", "/flavours", query=CatalogueQuerySchema, gives=AdminFlavourPageSchema)
def list_admin_flavours(query: CatalogueQuery) -> Shown:
    """All flavours"""
    return _list(Flavour, "admin-flavours", query)


@operation(noun, "POST", "/flavours", body=NewFlavourSchema, gives=AdminFlavourSchema, status=HTTPStatus.CREATED)
def create_flavour(values: dict[str, Any]) -> tuple[Shown, dict[str, str]]:
    """Offer another flavour"""
    return _create(Flavour, "flavours", values)


@operation(noun, "GET", "/flavours/<key:flavour_id>", gives=AdminFlavourSchema)
def get_flavour(flavour_id: str) -> Shown:
    """One flavour"""
    with reading() as work:
        return _shown(work, Flavour, flavour_id)


@operation(
    noun, "PATCH", "/flavours/<key:flavour_id>", body=FlavourChangesSchema, gives=AdminFlavourSchema, if_match=True
)
def edit_flavour(changes: dict[str, Any], flavour_id: str) -> Shown:
    """Change what a flavour is, for whom and for how long"""
    return _edit(Flavour, flavour_id, changes)


@operation(noun, "POST", "/flavours/<key:flavour_id>/retire", gives=AdminFlavourSchema)
def retire_flavour(flavour_id: str) -> Shown:
    """Offer a flavour no more; instances of it go on"""
    return _retire(Flavour, flavour_id)


@operation(noun, "POST", "/flavours/<key:flavour_id>/bring-back", gives=AdminFlavourSchema)
def bring_back_flavour(flavour_id: str) -> Shown:
    """Offer a retired flavour again"""
    return _bring_back(Flavour, flavour_id)


@operation(noun, "GET", "/cloud-offers", gives=CloudOffersSchema)
def list_cloud_offers() -> Shown:
    """What the clouds were last seen to have"""
    with reading() as work:
        catalogue.require_admin(work.actor)
        return show_offers(cloud_offers.list_here(work.session), work.desk.policy)


def _list(table: Table, name: str, query: CatalogueQuery) -> Shown:
    with reading() as work:
        return page(
            f"{name}:{query.include_retired}",
            query,
            lambda after, limit: catalogue.list_all(
                work.session, work.actor, table, include_retired=query.include_retired, after=after, limit=limit
            ),
            position=lambda view: (view.entry.position, view.entry.id),
            types=(int, str),
            show=show_entry,
        )


def _create(table: Table, path: str, values: dict[str, Any]) -> tuple[Shown, dict[str, str]]:
    with writing() as work:
        entry = catalogue.create(work.session, work.desk, table, values)
        return _shown(work, table, entry.id), {"Location": f"/api/v1/admin/{path}/{entry.id}"}


def _edit(table: Table, entry_id: str, changes: dict[str, Any]) -> Shown:
    with writing() as work:
        _require_match(work, table, entry_id)
        catalogue.edit(work.session, work.desk, table, entry_id, changes)
        return _shown(work, table, entry_id)


def _retire(table: Table, entry_id: str) -> Shown:
    with writing() as work:
        _require_match(work, table, entry_id, needed=False)
        catalogue.retire(work.session, work.desk, table, entry_id)
        return _shown(work, table, entry_id)


def _bring_back(table: Table, entry_id: str) -> Shown:
    with writing() as work:
        _require_match(work, table, entry_id, needed=False)
        catalogue.bring_back(work.session, work.desk, table, entry_id)
        return _shown(work, table, entry_id)


def _require_match(work: Work, table: Table, entry_id: str, *, needed: bool = True) -> None:
    require_match(catalogue.find(work.session, work.actor, table, entry_id, for_change=True).revision, needed=needed)


def _shown(work: Work, table: Table, entry_id: str) -> Shown:
    """One entry; the answer's entity tag carries its revision."""
    work.session.flush()
    view = catalogue.get(work.session, work.actor, table, entry_id)
    tag_with(view.entry.revision)
    return show_entry(view)
