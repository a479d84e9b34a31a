"""Instances: making them, seeing them, and wanting something else of them. Nothing here waits for the cloud."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus

from flask import request
from sqlalchemy.orm import Session

from api.etags import require_match, tag_with
from api.lists import page
from api.operation import Noun, operation
from api.schemas.common import PageQuery, PageQuerySchema
from api.schemas.instances import (
    InstanceDetailSchema,
    InstancePageSchema,
    NewInstanceSchema,
    RenameSchema,
    show_detail,
    show_instance,
)
from api.shell import shell
from api.work import Work, reading, writing
from visa.errors import Invalid
from visa.services import instance_views, instances, machines
from visa.services.create_instance import NewInstance, Repeat, create
from visa.services.desk import Desk
from visa.store.tables import Instance

noun = Noun("instances", __name__, url_prefix="/api/v1", description="Virtual machines and what is wanted of them")

Shown = dict[str, object]
Verb = Callable[[Session, Desk, str], Instance]

_REPEAT_KEY = re.compile(r"[!-~]{1,100}")


@operation(
    noun,
    "POST",
    "/instances",
    body=NewInstanceSchema,
    gives=InstanceDetailSchema,
    status=HTTPStatus.CREATED,
    idempotent=True,
)
def create_instance(wish: NewInstance) -> tuple[Shown, dict[str, str]]:
    """Start a new instance"""
    repeat = _repeat(wish)
    with writing() as work:
        instance = create(work.session, work.desk, wish, repeat=repeat)
        return shown_new(work, instance)


@operation(noun, "GET", "/instances", query=PageQuerySchema, gives=InstancePageSchema)
def list_instances(query: PageQuery) -> Shown:
    """My instances that are not gone, newest first"""
    with reading() as work:
        return page(
            "instances",
            query,
            lambda after, limit: instance_views.list_mine(
                work.session, work.actor, after=after, limit=limit, now=work.desk.now, policy=work.desk.policy
            ),
            position=lambda view: (view.instance.created_at, view.instance.id),
            types=(datetime, str),
            show=lambda view: show_instance(view, person_id=work.actor.person_id),
        )


@operation(noun, "GET", "/instances/<key:instance_id>", gives=InstanceDetailSchema)
def get_instance(instance_id: str) -> Shown:
    """One instance"""
    with reading() as work:
        return shown(work, instance_id)


@operation(noun, "PATCH", "/instances/<key:instance_id>", body=RenameSchema, gives=InstanceDetailSchema, if_match=True)
def rename_instance(name: str, instance_id: str) -> Shown:
    """Give an instance another name"""
    with writing() as work:
        require_match(instances.find_mine(work.session, work.actor, instance_id, lock=True).revision)
        instances.rename(work.session, work.desk, instance_id, name)
        return shown(work, instance_id)


@operation(noun, "DELETE", "/instances/<key:instance_id>", gives=InstanceDetailSchema, status=HTTPStatus.ACCEPTED)
def delete_instance(instance_id: str) -> Shown:
    """Delete an instance; its workspace goes to the recycle bin"""
    return _want(instances.delete, instance_id)


@operation(noun, "POST", "/instances/<key:instance_id>/start", gives=InstanceDetailSchema, status=HTTPStatus.ACCEPTED)
def start_instance(instance_id: str) -> Shown:
    """Start a stopped instance"""
    return _want(instances.start, instance_id)


@operation(noun, "POST", "/instances/<key:instance_id>/stop", gives=InstanceDetailSchema, status=HTTPStatus.ACCEPTED)
def stop_instance(instance_id: str) -> Shown:
    """Shut an instance down; everything in its workspace stays"""
    return _want(instances.stop, instance_id)


@operation(noun, "POST", "/instances/<key:instance_id>/reboot", gives=InstanceDetailSchema, status=HTTPStatus.ACCEPTED)
def reboot_instance(instance_id: str) -> Shown:
    """Shut an instance down and start it again"""
    return _want(instances.reboot, instance_id)


@operation(noun, "POST", "/instances/<key:instance_id>/extend", gives=InstanceDetailSchema, status=HTTPStatus.ACCEPTED)
def extend_instance(instance_id: str) -> Shown:
    """Move the end of an instance's life"""
    return _want(instances.extend, instance_id)


def shown_new(work: Work, instance: Instance) -> tuple[Shown, dict[str, str]]:
    """A new instance, with where it is found from now on."""
    return shown(work, instance.id), {"Location": f"/api/v1/instances/{instance.id}"}


def shown(work: Work, instance_id: str) -> Shown:
    """An own instance; the answer's entity tag carries its revision."""
    work.session.flush()
    view = instance_views.get_mine(work.session, work.actor, instance_id, now=work.desk.now, policy=work.desk.policy)
    tag_with(view.instance.revision)
    polls = machines.polls(shell().runtime.settings)
    machine = machines.machine(work.session, instance_id, view.workspace.cloud, now=work.desk.now, polls=polls)
    return show_detail(view, machine, person_id=work.actor.person_id)


def _want(verb: Verb, instance_id: str) -> Shown:
    with writing() as work:
        require_match(instances.find_mine(work.session, work.actor, instance_id, lock=True).revision, needed=False)
        verb(work.session, work.desk, instance_id)
        return shown(work, instance_id)


def _repeat(wish: NewInstance) -> Repeat | None:
    """The caller's key for repeats, bound to what was asked for. Raises `Invalid`."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _REPEAT_KEY.fullmatch(key):
        raise Invalid("An Idempotency-Key has 1 to 100 printable ASCII characters.", field="Idempotency-Key")
    said = json.dumps(asdict(wish), sort_keys=True).encode()
    return Repeat(key, hashlib.sha256(said).hexdigest())
