"""What waits for NACC: reads that see only the provinces given to the actor."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)

from app.access import Actor
from app.clock import thai_date
from app.db import db, table
from app.listing import Pager, like_pattern
from app.models import (
    Organisation,
    Project,
    ProjectYear,
    RejectionReason,
)
from app.models.enums import Kind, ReviewStatus
from app.nacc.desk import queries as desk
from app.nacc.desk.queries import PAGE_SIZE
from app.nacc.review.rules import ReviewQueue

COUNTED_TO = 200
_P, _O, _Y = table(Project).c, table(Organisation).c, table(ProjectYear).c


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """Projects of the provinces the actor oversees."""
    return desk.in_scope(actor, _P.province_code)


def _queue_conditions(shape: ReviewQueue) -> list[ColumnElement[bool]]:
    # Written out: a partial index answers only for a value the database sees while it plans.
    status: Any = literal_column(f"'{shape.status.value}'")
    wanted: list[ColumnElement[bool]] = [type_coerce(_P.review_status, String) == status, _P.deleted_at.is_(None)]
    if shape.province:
        wanted.append(_P.province_code == bindparam("by_province"))
    if shape.district:
        wanted.append(_O.district_code == bindparam("by_district"))
    if shape.dimension:
        wanted.append(_P.dimension == bindparam("by_dimension"))
    if shape.kind:
        wanted.append(_P.kind == bindparam("by_kind"))
    if shape.year:
        wanted.append(exists().where(_Y.project_id == _P.id, _Y.fiscal_year == bindparam("by_year")))
    if shape.days:
        wanted.append(_P.updated_at <= bindparam("by_since"))
    for number in range(len(shape.words)):
        word: Any = bindparam(f"by_word{number}")
        named = [key.like(word, escape="/") for key in (_P.name_search, _O.name_search)]
        wanted.append(or_(*named, _O.code.like(word)))
    return wanted


def _queue_values(queue: ReviewQueue, now: datetime) -> dict[str, Any]:
    """Values for the places in `_conditions`. "by_": an UPDATE over the queue must not take them for its columns."""
    values: dict[str, Any] = {f"by_word{n}": like_pattern(word) for n, word in enumerate(queue.words)}
    values |= {"by_province": queue.province, "by_district": queue.district, "by_dimension": queue.dimension}
    values |= {"by_year": queue.year, "by_since": now - timedelta(days=queue.days)}
    return values | ({"by_kind": Kind(queue.kind)} if queue.kind else {})


JOINED = table(Project).join(table(Organisation), _O.id == _P.organisation_id)


class QueueRow(NamedTuple):
    """A project in the queue, ready to print."""

    id: int
    name: str
    organisation: str
    dimension: str
    kind: str
    waiting_since: str
    status: ReviewStatus


@lru_cache(maxsize=256)
def _whole_queue(shape: ReviewQueue, *columns: Any) -> Select[Any]:
    return select(*columns).select_from(JOINED).where(*_queue_conditions(shape)).order_by(_P.created_at, _P.id)


_ROW = (_P.id, _P.name, _O.name.label("organisation"), _P.dimension, _P.kind, _P.updated_at, _P.review_status)
_FILE_ROW: dict[str, ColumnElement[Any]] = {
    "code": _O.code,
    "lao": _O.name,
    "kind": _P.kind,
    "project": _P.name,
    "dimension": _P.dimension,
    "status": _P.review_status,
    "since": _P.updated_at,
}


@lru_cache(maxsize=256)
def _queue_page(shape: ReviewQueue) -> Select[Any]:
    return _whole_queue(shape, *_ROW).limit(PAGE_SIZE).offset(bindparam("offset", type_=Integer))


def queue_rows(actor: Actor, queue: ReviewQueue, now: datetime) -> list[QueueRow]:
    """One page of the queue, the longest waiting first."""
    values = _queue_values(queue, now) | {"offset": (queue.page - 1) * PAGE_SIZE}
    return [
        QueueRow(id_, name, lao, f"มิติที่ {dimension}", kind.label, thai_date(since, short=True), status)
        for id_, name, lao, dimension, kind, since, status in db.session.execute(
            _queue_page(queue.shape).where(in_scope(actor)), values
        )
    ]


class QueuedProject(NamedTuple):
    """A project in the queue's file. `since`: when it was changed or judged last."""

    number: int
    code: str
    lao: str
    kind: Kind
    project: str
    dimension: int
    status: ReviewStatus
    since: datetime


def every_queued(actor: Actor, queue: ReviewQueue, now: datetime) -> Iterator[QueuedProject]:
    """The whole queue for a file."""
    statement = _whole_queue(queue.shape, *(column.label(name) for name, column in _FILE_ROW.items()))
    found = db.session.execute(statement.where(in_scope(actor)), _queue_values(queue, now)).mappings()
    return (QueuedProject(number=number, **row) for number, row in enumerate(found, start=1))


def queue_count(actor: Actor, queue: ReviewQueue, now: datetime) -> int:
    """How many projects the whole queue has: what "all filtered" means."""
    statement = select(func.count()).select_from(JOINED).where(*_queue_conditions(queue.shape), in_scope(actor))
    return db.session.scalar(statement, _queue_values(queue, now)) or 0


def filtered_ids(actor: Actor, queue: ReviewQueue, now: datetime) -> tuple[Select[Any], dict[str, Any]]:
    """The ids of the whole queue as a statement with its values, for one UPDATE over them."""
    return select(_P.id).select_from(JOINED).where(*_queue_conditions(queue.shape), in_scope(actor)), _queue_values(
        queue, now
    )


def neighbours(actor: Actor, queue: ReviewQueue, project_id: int, now: datetime) -> tuple[int | None, int | None]:
    """Ids before and after a project on its page of the queue; the first of the queue where it is no longer in it."""
    ids = [row.id for row in queue_rows(actor, queue, now)]
    if project_id not in ids:
        return None, ids[0] if ids else None
    place = ids.index(project_id)
    return (ids[place - 1] if place else None), (ids[place + 1] if place + 1 < len(ids) else None)


def waiting(actor: Actor, ids: list[int]) -> list[int]:
    """Those of `ids` that still wait and that the actor reviews."""
    wanted = _P.id.in_(ids), _P.review_status == ReviewStatus.PENDING, _P.deleted_at.is_(None), in_scope(actor)
    return list(db.session.scalars(select(_P.id).where(*wanted).order_by(_P.id)))


def rejection_reasons() -> list[str]:
    """The pick list, in the order administrators gave it."""
    statement = select(RejectionReason.text).where(RejectionReason.retired_at.is_(None))
    return list(db.session.scalars(statement.order_by(RejectionReason.position, RejectionReason.id)))


def about_how_many(actor: Actor, queue: ReviewQueue, now: datetime) -> int:
    """How many projects the queue has, counted no further than COUNTED_TO + 1: the desk must not wait for more."""
    needs_lao = queue.district or queue.words
    places = JOINED if needs_lao else table(Project)
    some = (
        select(_P.id).select_from(places).where(*_queue_conditions(queue.shape), in_scope(actor)).limit(COUNTED_TO + 1)
    )
    return db.session.scalar(select(func.count()).select_from(some.subquery()), _queue_values(queue, now)) or 0


def queue_pager(queue: ReviewQueue, shown: int, counted: int) -> Pager:
    """The pager of the page that shows so many projects; a full one behind all that was counted has one after it."""
    before = (queue.page - 1) * PAGE_SIZE
    behind = shown == PAGE_SIZE
    if counted <= COUNTED_TO:
        return Pager(queue.page, counted, PAGE_SIZE)
    return Pager(queue.page, max(counted, before + shown + behind), PAGE_SIZE, more=behind or before + shown < counted)


def decided_together(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Projects of one decision of the actor: it gives all of them the same moment."""
    return and_(_P.reviewed_by_id == actor.account_id, _P.reviewed_at == at, in_scope(actor), _P.deleted_at.is_(None))
