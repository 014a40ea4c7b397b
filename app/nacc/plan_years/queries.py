"""Reads for NACC's plan-year desk: each LAO of the actor's provinces in one fiscal year."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from app.access import Actor
from app.db import db, table
from app.models import (
    Dimension,
    District,
    HistoryEntry,
    Organisation,
    PlanPeriod,
    PlanYear,
    ProjectYear,
    Province,
    Score,
)
from app.models.enums import Action, Entity, PlanStatus
from app.nacc.desk.queries import IN_THAI_ORDER, PAGE_SIZE, batches, filtered_laos, place_words, with_places
from app.nacc.plan_years.rules import PlanFilter, ScoreStanding

_O, _PY, _Y, _D, _P = (table(model).c for model in (Organisation, PlanYear, ProjectYear, District, Province))
_S, _DI, _PP, _H = (table(model).c for model in (Score, Dimension, PlanPeriod, HistoryEntry))


class PlanRow(NamedTuple):
    """One LAO in one year. `projects`: recorded for that year and not deleted nor rejected."""

    organisation_id: int
    code: str
    name: str
    place: str
    status: PlanStatus
    version: int
    projects: int

    @property
    def failed(self) -> bool:
        return self.status is PlanStatus.FAILED


def _wanted_laos(actor: Actor, asked: PlanFilter) -> list[ColumnElement[bool]]:
    return [*filtered_laos(actor, asked), *_has(asked.status), *_scored(asked)]


def _scored(asked: PlanFilter) -> list[ColumnElement[bool]]:
    """Condition on how far NACC's scores of the year are."""
    of_year = _S.organisation_id == _O.id, _S.fiscal_year == asked.year
    given = _count_of(Score, *of_year, _S.evaluation_hundredths.is_not(None))
    period = select(_PP.id).where(_PP.first_year <= asked.year, _PP.last_year >= asked.year)
    dimensions = _count_of(Dimension, _DI.plan_period_id.in_(period))
    standings = {
        ScoreStanding.NONE: given == 0,
        ScoreStanding.PARTLY: and_(given > 0, given < dimensions),
        ScoreStanding.UNPUBLISHED: and_(given > 0, _PY.published_at.is_(None)),
        ScoreStanding.PUBLISHED: _PY.published_at.is_not(None),
    }
    return [standings[ScoreStanding(asked.scores)]] if asked.scores else []


def _count_of(model: Any, *where: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(table(model)).where(*where).scalar_subquery()


def _has(status: str) -> list[ColumnElement[bool]]:
    if status == PlanStatus.NOT_SENT:
        return [or_(_PY.status.is_(None), _PY.status == PlanStatus.NOT_SENT)]
    return [_PY.status == PlanStatus(status)] if status else []


def _with_plan_year(year: int) -> Any:
    return table(Organisation).outerjoin(table(PlanYear), and_(_PY.organisation_id == _O.id, _PY.fiscal_year == year))


def plan_rows(actor: Actor, asked: PlanFilter, page_size: int = PAGE_SIZE) -> list[PlanRow]:
    """One page of LAOs: by province, district and name in Thai order."""
    return _plan_rows(_plan_statement(actor, asked).limit(page_size).offset((asked.page - 1) * page_size))


def every_row(actor: Actor, asked: PlanFilter) -> list[PlanRow]:
    """All LAOs the filters show, in the same order."""
    return _plan_rows(_plan_statement(actor, asked))


def _plan_statement(actor: Actor, asked: PlanFilter) -> Select[Any]:
    projects = (
        select(func.count())
        .select_from(table(ProjectYear))
        .where(
            _Y.province_code == _O.province_code,
            _Y.fiscal_year == asked.year,
            _Y.organisation_id == _O.id,
            _Y.counted == true(),
        )
        .scalar_subquery()
    )
    columns = (_O.id, _O.code, _O.name, _P.name, _D.name, _PY.status, _PY.version, projects)
    listed = select(*columns).select_from(with_places(_with_plan_year(asked.year)))
    return listed.where(*_wanted_laos(actor, asked)).order_by(*IN_THAI_ORDER)


def _plan_rows(statement: Select[Any]) -> list[PlanRow]:
    return [
        PlanRow(id_, code, name, place_words(province, district), status or PlanStatus.NOT_SENT, version or 0, n)
        for id_, code, name, province, district, status, version, n in db.session.execute(statement)
    ]


def plan_counts(actor: Actor, asked: PlanFilter) -> dict[PlanStatus, int]:
    """How many LAOs have each status under the same filters, whatever the status filter says."""
    everything = replace(asked, status="")
    rows = db.session.execute(
        select(_PY.status, func.count())
        .select_from(_with_plan_year(asked.year))
        .where(*_wanted_laos(actor, everything))
        .group_by(_PY.status)
    )
    found = dict.fromkeys(PlanStatus, 0)
    for status, number in rows:
        found[status or PlanStatus.NOT_SENT] += number
    return found


def number_by_province(actor: Actor, asked: PlanFilter) -> dict[str, int]:
    """How many LAOs the filters show, by province; one without any is missing."""
    counted = select(_O.province_code, func.count()).select_from(_with_plan_year(asked.year))
    rows = db.session.execute(counted.where(*_wanted_laos(actor, asked)).group_by(_O.province_code))
    return dict(rows.all())


def filtered_ids(actor: Actor, asked: PlanFilter) -> list[int]:
    """Every LAO the filters show, on whatever page."""
    return list(
        db.session.scalars(select(_O.id).select_from(_with_plan_year(asked.year)).where(*_wanted_laos(actor, asked)))
    )


UNDONE = "เลิกทำการเปลี่ยนผลแผน"
_SET = _H.entity == Entity.PLAN_YEAR.value, _H.action == Action.SET_PLAN_YEAR.value


def set_together(actor: Actor, at: datetime) -> dict[tuple[int, PlanStatus, str], list[int]]:
    """What the actor set at that moment and nobody has since: LAOs by year, status before, and why it failed then."""
    mine = select(_H.id, _H.entity_key, _H.before).where(_H.actor_id == actor.account_id, _H.at == at, *_SET)
    entries = db.session.execute(mine).all()
    found: dict[tuple[int, PlanStatus, str], list[int]] = {}
    for some in batches([entry.entity_key for entry in entries]):
        last: dict[str, int] = dict(db.session.execute(_of_keys(some, func.max(_H.id)).group_by(_H.entity_key)).all())
        for entry in (each for each in entries if last.get(each.entity_key) == each.id):
            lao, year = map(int, entry.entity_key.split("/"))
            status = PlanStatus(entry.before["status"])
            reason = _reason_before(entry) if status is PlanStatus.FAILED else UNDONE
            found.setdefault((year, status, reason), []).append(lao)
    return found


def _of_keys(keys: Collection[str], *columns: Any) -> Select[Any]:
    return select(_H.entity_key, *columns).where(_H.entity_key.in_(keys), *_SET)


def _reason_before(entry: Any) -> str:
    earlier = select(_H.reason).where(_H.entity_key == entry.entity_key, _H.id < entry.id, *_SET)
    return db.session.scalar(earlier.order_by(_H.id.desc()).limit(1)) or UNDONE


def failed_because(places: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Why each (organisation id, fiscal year) failed: what was said when it was set last."""
    found: dict[tuple[int, int], str] = {}
    for some in batches([f"{id_}/{year}" for id_, year in places]):
        for key, reason in db.session.execute(_of_keys(some, _H.reason).order_by(_H.id)):
            lao, year = map(int, key.split("/"))
            found[lao, year] = reason
    return found


def statuses(places: Collection[tuple[int, int]], *, lock: bool = False) -> dict[tuple[int, int], PlanStatus]:
    """The status of each (organisation id, fiscal year) that has one; with `lock`, nobody changes it meanwhile."""
    return _of_places(_PY.status, places, lock=lock)


def versions(places: Collection[tuple[int, int]], *, lock: bool = False) -> dict[tuple[int, int], int]:
    """The version of each that has a row."""
    return _of_places(_PY.version, places, lock=lock)


def _of_places(column: Any, places: Collection[tuple[int, int]], *, lock: bool) -> dict[tuple[int, int], Any]:
    found: dict[tuple[int, int], Any] = {}
    for year in {year for _id, year in places}:
        for some in batches({id_ for id_, each in places if each == year}):
            here = _PY.organisation_id.in_(some), _PY.fiscal_year == year
            wanted = select(_PY.organisation_id, column).where(*here).order_by(_PY.organisation_id)
            rows = db.session.execute(wanted.with_for_update() if lock else wanted)
            found |= {(id_, year): value for id_, value in rows}
    return found


def failed_plans(organisation_ids: Collection[int]) -> set[tuple[int, int]]:
    """(organisation id, fiscal year) of every plan of these that failed."""
    found: set[tuple[int, int]] = set()
    for some in batches(organisation_ids):
        failed = _PY.organisation_id.in_(some), _PY.status == PlanStatus.FAILED
        found |= {
            (id_, year) for id_, year in db.session.execute(select(_PY.organisation_id, _PY.fiscal_year).where(*failed))
        }
    return found
