"""What goes into the files, and the files: an actor reaches the provinces given to it, and its own files."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from decimal import Decimal
from heapq import merge
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, String, and_, bindparam, func, select, true

from app import clock
from app.access import Actor
from app.citizens.results.queries import lao_money, province_rows
from app.db import db, is_sqlite, table
from app.errors import NotTheirs
from app.lao.fixed_rounds.documents import FixedProject, fixed_projects
from app.lao.fixed_rounds.sums import LaoInRound, LiveLaos, fixed_laos, live_laos
from app.lao.reporting.rules import Money, ProvinceTableRow, in_table_order
from app.models import District, ExportJob, HistoryEntry, Organisation, Project, ProjectYear, Province, Report
from app.models.enums import Action, CannotReason, Entity, ExportState, ExportWhat, Kind, ReportStatus, Role, Round
from app.nacc.exports.rules import ExportPlace, ExportProvince, ExportRequest, places, took_away
from app.registry.past import LaoThen, laos_then

_O, _P, _D, _V = table(Organisation).c, table(Project).c, table(District).c, table(Province).c
_Y, _R, _J = table(ProjectYear).c, table(Report).c, table(ExportJob).c
ROWS_AT_ONCE = 1_000
LAOS_AT_ONCE = 20
OPEN = (ExportState.QUEUED, ExportState.RUNNING)


def offered(actor: Actor) -> list[ExportPlace]:
    """The places the actor can choose from."""
    mine = true() if actor.role is Role.ADMINISTRATOR else _V.code.in_(sorted(actor.province_codes))
    rows = db.session.execute(select(_V.code, _V.name, _V.nacc_region).where(mine).order_by(_V.name_sort))
    return places(actor.role, [ExportProvince(*row) for row in rows])


def place_of(actor: Actor, token: str) -> ExportPlace:
    """Raises NotTheirs for a place the actor is not offered."""
    for place in offered(actor):
        if place.token == token:
            return place
    raise NotTheirs


@contextmanager
def one_moment() -> Iterator[Connection]:
    """A connection that sees the database as it is now, however long reading takes."""
    with db.engine.connect() as connection:
        if not is_sqlite(db.engine):  # whose readers see one moment by themselves
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def row_total(asked: ExportRequest, place: ExportPlace) -> int:
    codes = [area.code for area in place.provinces]
    if asked.what is ExportWhat.RESULTS:
        wanted: Any = select(func.count()).where(_O.province_code.in_(codes), _O.closed_at.is_(None))
    else:
        wanted = select(func.count()).where(_Y.province_code.in_(codes), _Y.fiscal_year == asked.year, _Y.counted)
    return db.session.scalar(wanted) or 0


class ExportedProject(NamedTuple):
    """A project with its report in one year and round. Amounts in baht."""

    code: str
    lao: str
    district: str | None
    province: str
    kind: Kind
    project: str
    dimension: int
    planned: Decimal | None
    ordinance: Decimal | None
    spent: Decimal | None
    status: ReportStatus
    cannot_reason: CannotReason | None
    cannot_text: str | None


_SOURCES: dict[str, ColumnElement[Any]] = {
    "code": _O.code,
    "lao": _O.name,
    "district": _D.name,
    "province": bindparam("province_name", type_=String),
    "kind": _P.kind,
    "project": _P.name,
    "dimension": _P.dimension,
    "planned": _Y.plan_budget_satang,
    "ordinance": _R.ordinance_budget_satang,
    "spent": _R.spent_satang,
    "status": _R.status,
    "cannot_reason": _R.cannot_reason,
    "cannot_text": _R.cannot_text,
}
_PROJECTS = (
    select(*(_SOURCES[name] for name in ExportedProject._fields), _O.id, _D.name_sort, _O.name_sort)
    .select_from(
        table(ProjectYear)
        .join(table(Project), _P.id == _Y.project_id)
        .join(table(Organisation), _O.id == _Y.organisation_id)
        .join(
            table(Report),
            and_(_R.project_id == _Y.project_id, _R.fiscal_year == _Y.fiscal_year, _R.round == bindparam("round")),
        )
        .outerjoin(table(District), _D.code == _O.district_code)
    )
    .where(_Y.province_code == bindparam("province"), _Y.fiscal_year == bindparam("year"), _Y.counted)
    .order_by(_D.name_sort, _O.name_sort, _O.id, _P.id)
)


Placed = tuple[tuple[str, str, int], ExportedProject]  # where its LAO stands in the file, and the row


def projects(connection: Connection, area: ExportProvince, year: int, round_: Round) -> Iterator[ExportedProject]:
    """The projects of a province that count, with their report: by district and LAO, read a part at a time."""
    live = live_laos([area.code], year, round_)
    fixed = _fixed_projects(connection, area, year, round_) if live is not None else iter(())
    then = {id_: lao for id_, lao in laos_then(year, clock.now()).items() if live is None or id_ in live.ids}
    values = {"province": area.code, "province_name": area.name, "year": year, "round": int(round_)}
    standing = _live_projects(connection, values, live, then) if live is None or live.ids else iter(())
    changed = _as_they_were(connection, values, then)
    return (row for _place, row in merge(fixed, standing, changed, key=itemgetter(0)))


def _live_projects(
    connection: Connection, values: dict[str, Any], live: LiveLaos | None, without: Mapping[int, LaoThen]
) -> Iterator[Placed]:
    rows = connection.execute(_PROJECTS, values, execution_options={"yield_per": ROWS_AT_ONCE})
    with closing(rows):  # also where nobody reads to the end: a file can be cancelled
        for *row, id_, district_sort, name_sort in rows:
            if id_ not in without and (live is None or id_ in live.ids):
                yield (district_sort or "", name_sort, id_), ExportedProject._make(row)


def _as_they_were(connection: Connection, values: dict[str, Any], then: Mapping[int, LaoThen]) -> Iterator[Placed]:
    """Those of the few LAOs that were something else, where they stood then."""
    here = {id_: lao for id_, lao in then.items() if lao.province_code == values["province"]}
    found: list[Placed] = []
    for code in {lao.now_in for lao in here.values()}:
        some = _PROJECTS.where(_O.id.in_(here))
        for *row, id_, _district_sort, _name_sort in connection.execute(some, values | {"province": code}):
            lao = here[id_]
            named = ExportedProject._make(row)._replace(code=lao.code, lao=lao.name, district=lao.district)
            found.append(((lao.district_sort or "", lao.name_sort, id_), named))
    return iter(sorted(found, key=itemgetter(0)))


def _fixed_projects(connection: Connection, area: ExportProvince, year: int, round_: Round) -> Iterator[Placed]:
    laos = fixed_laos(area.code, year, round_, connection)
    laos.sort(key=lambda lao: (lao.district_sort or "", lao.name_sort, lao.id))
    for first in range(0, len(laos), LAOS_AT_ONCE):
        some = laos[first : first + LAOS_AT_ONCE]
        kept = fixed_projects([lao.id for lao in some], year, round_, connection)
        for lao in some:
            place = (lao.district_sort or "", lao.name_sort, lao.id)
            yield from ((place, _exported(lao, area, each)) for each in kept[lao.id] if each.line.counted)


def _exported(lao: LaoInRound, area: ExportProvince, project: FixedProject) -> ExportedProject:
    line = project.line
    return ExportedProject(
        code=lao.code,
        lao=lao.name,
        district=lao.district,
        province=area.name,
        kind=project.kind,
        project=project.name,
        dimension=line.dimension,
        planned=line.planned,
        ordinance=line.ordinance,
        spent=line.spent,
        status=line.status,
        cannot_reason=line.cannot_reason,
        cannot_text=project.cannot_text,
    )


def results(area: ExportProvince, year: int, round_: Round) -> Iterator[tuple[ProvinceTableRow, Money]]:
    """The LAOs of a province in the order of its table, each with its money."""
    money = lao_money(area.code, year, round_)
    for _district, rows in in_table_order(province_rows(area.code, year, round_)):
        for row in rows:
            yield row, money.get(row.organisation_id, Money())


def own_files(actor: Actor) -> list[ExportJob]:
    """The files the actor asked for, the latest first."""
    mine = select(ExportJob).where(ExportJob.account_id == actor.account_id).order_by(ExportJob.id.desc())
    lost_at = _lost_at(actor)
    return [job for job in db.session.scalars(mine) if _is_overseen(actor, job, lost_at)]


def _lost_at(actor: Actor) -> datetime | None:
    """When a province, or all of them, was last taken from the actor."""
    own = HistoryEntry.entity == Entity.ACCOUNT.value, HistoryEntry.entity_key == str(actor.account_id)
    edits = select(HistoryEntry).where(*own, HistoryEntry.action == Action.EDIT.value).order_by(HistoryEntry.id.desc())
    return next((each.at for each in db.session.scalars(edits) if took_away(each.before or {}, each.after or {})), None)


def _is_overseen(actor: Actor, job: ExportJob, lost_at: datetime | None) -> bool:
    """Whether the actor may still see all that a file holds; that of one province goes by the province."""
    return lost_at is None or job.created_at > lost_at or job.place in actor.province_codes


def own_file(actor: Actor, job_id: int, *, lock: bool = False) -> ExportJob:
    """A file as it stands; with `lock`, its worker waits.

    Raises NotTheirs for one that somebody else asked for, or that holds a province taken from the actor since.
    """
    mine = select(ExportJob).where(ExportJob.id == job_id, ExportJob.account_id == actor.account_id)
    found = db.session.scalar(mine.with_for_update().execution_options(populate_existing=True) if lock else mine)
    if found is None or not _is_overseen(actor, found, _lost_at(actor)):
        raise NotTheirs
    return found
