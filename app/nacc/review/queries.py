"""What waits for NACC: reads that see only the provinces given to the actor."""

from collections.abc import Iterator
from dataclasses import replace
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
    case,
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
from app.listing import like_pattern
from app.models import (
    District,
    HistoryEntry,
    Organisation,
    Project,
    ProjectYear,
    Province,
    RejectionReason,
)
from app.models.enums import Action, Entity, Kind, ReviewStatus
from app.nacc.desk import queries as desk
from app.nacc.desk.queries import PAGE_SIZE
from app.nacc.notes.queries import with_note
from app.nacc.review.rules import ReviewQueue
from app.nacc.second_person.queries import open_on
from app.plans.queries import periods

MOST_NAMED = 10  # where somebody is asked about many
SETTLES = (Action.APPROVE.value, Action.REJECT.value, Action.TAKE_BACK.value)
_P, _O, _Y, _H = (table(model).c for model in (Project, Organisation, ProjectYear, HistoryEntry))
_D, _PR = table(District).c, table(Province).c


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """Projects of the provinces the actor oversees."""
    return desk.in_scope(actor, _P.province_code)


def _queue_conditions(shape: ReviewQueue) -> list[ColumnElement[bool]]:
    # Written out: a partial index answers only for a value the database sees while it plans.
    status: Any = literal_column(f"'{shape.status.value}'")
    wanted: list[ColumnElement[bool]] = [type_coerce(_P.review_status, String) == status, _P.deleted_at.is_(None)]
    if shape.status is ReviewStatus.PENDING:
        wanted.append(_O.closed_at.is_(None))  # nobody could correct it
    narrowing = {
        "province": _P.province_code == bindparam("by_province"),
        "district": _O.district_code == bindparam("by_district"),
        "lao": _O.code == bindparam("by_lao"),
        "again": _was_sent_back(),
        "dimension": _P.dimension == bindparam("by_dimension"),
        "kind": _P.kind == bindparam("by_kind"),
        "year": exists().where(_Y.project_id == _P.id, _Y.fiscal_year == bindparam("by_year")),
        "days": _P.updated_at <= bindparam("by_since"),
    }
    wanted += [condition for name, condition in narrowing.items() if getattr(shape, name)]
    wanted += [_has_word(bindparam(f"by_word{number}")) for number in range(len(shape.words))]
    return wanted


def _has_word(word: Any) -> ColumnElement[bool]:
    """In the name of the project, its LAO, its district or province; or in the LAO's code."""
    named = [key.like(word, escape="/") for key in (_P.name_search, _O.name_search)]
    districts = select(_D.code).where(_D.name_search.like(word, escape="/"))
    provinces = select(_PR.code).where(_PR.name_search.like(word, escape="/"))
    return or_(*named, _O.code.like(word), _O.district_code.in_(districts), _O.province_code.in_(provinces))


def _was_sent_back() -> ColumnElement[bool]:
    """Of NACC's words on a project the last one is a rejection; while it waits, the LAO has corrected it since.

    As `sent_back` of the rules says it of one history.
    """
    about = _H.entity == Entity.PROJECT.value, _H.entity_key == func.cast(_P.id, String)
    last = select(func.max(_H.id)).where(*about, _H.action.in_(SETTLES)).correlate(table(Project)).scalar_subquery()
    rejected = select(_H.action).where(_H.id == last).correlate(table(Project)).scalar_subquery()
    return rejected == Action.REJECT.value


def _queue_values(queue: ReviewQueue, now: datetime) -> dict[str, Any]:
    """Values for the places in `_conditions`. "by_": an UPDATE over the queue must not take them for its columns."""
    values: dict[str, Any] = {f"by_word{n}": like_pattern(word) for n, word in enumerate(queue.words)}
    values |= {"by_province": queue.province, "by_district": queue.district, "by_dimension": queue.dimension}
    values |= {"by_lao": queue.lao}
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
    sent_back: bool
    noted: bool
    proposed: str


@lru_cache(maxsize=256)
def _whole_queue(shape: ReviewQueue, *columns: Any) -> Select[Any]:
    return select(*columns).select_from(JOINED).where(*_queue_conditions(shape)).order_by(*_order(shape))


def _order(shape: ReviewQueue) -> tuple[ColumnElement[Any], ...]:
    """What waits longest first, what was judged last first: by the date that stands in the row."""
    if shape.status is ReviewStatus.PENDING:
        return _P.updated_at, _P.id
    return JUDGED.desc(), _P.id.desc()


JUDGED = func.coalesce(_P.reviewed_at, _P.updated_at, type_=_P.updated_at.type)
# Since when it stands as it does: waiting, or judged.
SINCE = case((_P.review_status == ReviewStatus.PENDING, _P.updated_at), else_=JUDGED)
_ROW = (_P.id, _P.name, _O.name.label("organisation"), _P.dimension, _P.kind, SINCE, _P.review_status)
_FILE_ROW: dict[str, ColumnElement[Any]] = {
    "code": _O.code,
    "lao": _O.name,
    "kind": _P.kind,
    "project": _P.name,
    "dimension": _P.dimension,
    "status": _P.review_status,
    "since": SINCE,
}


@lru_cache(maxsize=256)
def _queue_page(shape: ReviewQueue) -> Select[Any]:
    return _whole_queue(shape, *_ROW).limit(PAGE_SIZE).offset(bindparam("offset", type_=Integer))


def queue_rows(actor: Actor, queue: ReviewQueue, now: datetime) -> list[QueueRow]:
    """One page of the queue, the longest waiting first."""
    values = _queue_values(queue, now) | {"offset": (queue.page - 1) * PAGE_SIZE}
    found = db.session.execute(_queue_page(queue.shape).where(in_scope(actor)), values).all()
    ids = [row.id for row in found]
    noted, proposed = with_note(ids), open_on(ids)
    back = _sent_back_among(ids) if queue.status is ReviewStatus.PENDING else set()
    return [
        QueueRow(
            *(id_, name, lao, f"มิติที่ {dimension}", kind.label, thai_date(since, short=True), status),
            sent_back=id_ in back,
            noted=id_ in noted,
            proposed=proposed[id_].outcome if id_ in proposed else "",
        )
        for id_, name, lao, dimension, kind, since, status in found
    ]


def _sent_back_among(ids: list[int]) -> set[int]:
    return set(db.session.scalars(select(_P.id).where(_P.id.in_(ids), _was_sent_back())))


def queue_dimensions(queue: ReviewQueue) -> list[tuple[int, str]]:
    """The dimensions a filter offers: those of the plan of its year, else of all plans, with their names."""
    plans = [period for period in periods() if not queue.year or queue.year in period.years]
    names: dict[int, list[str]] = {}
    for period in plans:
        for number, name in period.dimensions.items():
            names.setdefault(number, []).append(name)
    return [(number, f"มิติที่ {number} {' / '.join(dict.fromkeys(each))}") for number, each in sorted(names.items())]


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


class ProvinceQueue(NamedTuple):
    """What of a queue is in one province: how many projects, since when the first, and how many wait `long` days."""

    number: int
    oldest: datetime
    long: int


def queue_by_province(actor: Actor, queue: ReviewQueue, long: int, now: datetime) -> dict[str, ProvinceQueue]:
    """The queue by province; one with nothing in it is missing. `long`: of so many days and more, as `days` says it."""
    since = replace(queue, days=long)
    waits_long = _P.updated_at <= bindparam("by_since")
    numbers = func.count(), func.min(_P.updated_at), func.count().filter(waits_long)
    statement = select(_P.province_code, *numbers).select_from(JOINED)
    statement = statement.where(*_queue_conditions(queue.shape), in_scope(actor)).group_by(_P.province_code)
    rows = db.session.execute(statement, _queue_values(since, now))
    return {code: ProvinceQueue(*facts) for code, *facts in rows}


def middle_of_queue(actor: Actor, queue: ReviewQueue, total: int, now: datetime) -> datetime | None:
    """Since when the middle one of the `total` projects of the queue stands in it."""
    place = bindparam("offset", type_=Integer)
    statement = _whole_queue(queue.shape, _P.updated_at).where(in_scope(actor)).limit(1).offset(place)
    middle: datetime | None = db.session.scalar(
        statement, _queue_values(queue, now) | {"offset": max(total - 1, 0) // 2}
    )
    return middle


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


def named_first(actor: Actor, queue: ReviewQueue, ids: list[int], now: datetime) -> list[tuple[str, str]]:
    """Name and LAO of the first projects of a decision on many: of `ids`, or without any of the whole queue."""
    asked = ReviewQueue() if ids else queue
    named = _whole_queue(asked.shape, _P.name, _O.name.label("lao")).where(in_scope(actor)).limit(MOST_NAMED)
    rows = db.session.execute(named.where(_P.id.in_(ids)) if ids else named, _queue_values(asked, now))
    return [(name, lao) for name, lao in rows]


def rejection_reasons() -> list[str]:
    """The pick list, in the order administrators gave it."""
    statement = select(RejectionReason.text).where(RejectionReason.retired_at.is_(None))
    return list(db.session.scalars(statement.order_by(RejectionReason.position, RejectionReason.id)))


def decided_together(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Projects of one decision of the actor: it gives all of them the same moment."""
    return and_(_P.reviewed_by_id == actor.account_id, _P.reviewed_at == at, in_scope(actor), _P.deleted_at.is_(None))
