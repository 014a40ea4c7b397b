"""What goes into the files, and the files: an actor reaches the provinces given to it, and its own files."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from itertools import islice
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select, true

from app import clock
from app.access import Actor
from app.citizens.results.queries import lao_money, province_rows
from app.db import db, is_sqlite, table
from app.driver_rows import DriverRow, Read, driver_rows, reads
from app.errors import NotTheirs
from app.lao.fixed_rounds.documents import FixedProject, fixed_projects
from app.lao.fixed_rounds.sums import fixed_laos, live_laos
from app.lao.reporting.rules import Money, ProvinceTableRow, in_table_order
from app.models import District, ExportJob, HistoryEntry, Organisation, Project, ProjectYear, Province, Report
from app.models.enums import Action, CannotReason, Entity, ExportState, ExportWhat, Kind, ReportStatus, Role, Round
from app.nacc.exports.rules import ExportPlace, ExportProvince, ExportRequest, places, took_away
from app.registry.past import laos_then
from app.remembered import Remembered

_O, _P, _D, _V = table(Organisation).c, table(Project).c, table(District).c, table(Province).c
_Y, _R, _J = table(ProjectYear).c, table(Report).c, table(ExportJob).c
LAOS_AT_ONCE = 50
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


class ExportedLao(NamedTuple):
    """An LAO as it was then, by its place in the file; `now_in`: the province it is in now, None where its result is
    fixed."""

    district_sort: str
    name_sort: str
    id: int
    code: str
    name: str
    district: str | None
    now_in: str | None


_LAOS = (
    select(_O.id, _O.code, _O.name, _O.name_sort, _D.name, _D.name_sort)
    .outerjoin_from(table(Organisation), table(District), _D.code == _O.district_code)
    .where(_O.province_code == bindparam("province"))
)
_SOURCES: dict[str, ColumnElement[Any]] = {
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
_COLUMNS = [_SOURCES[name] for name in ExportedProject._fields if name in _SOURCES]
_PROJECTS = (
    select(_Y.organisation_id, *_COLUMNS)
    .select_from(
        table(ProjectYear)
        .join(table(Project), _P.id == _Y.project_id)
        .join(
            table(Report),
            and_(_R.project_id == _Y.project_id, _R.fiscal_year == _Y.fiscal_year, _R.round == bindparam("round")),
        )
    )
    .where(
        *(_Y.province_code == bindparam("province"), _Y.fiscal_year == bindparam("year"), _Y.counted),
        _Y.organisation_id.in_(bindparam("laos", expanding=True)),
    )
    .order_by(_Y.organisation_id, _P.id)
)


def projects(connection: Connection, area: ExportProvince, year: int, round_: Round) -> Iterator[ExportedProject]:
    """The projects of a province that count, with their report: by district and LAO, read a few LAOs at a time."""
    laos = sorted(_laos(connection, area, year, round_))
    read = [each and Remembered(each).__getitem__ for each in reads(_COLUMNS, connection.dialect)]
    for first in range(0, len(laos), LAOS_AT_ONCE):
        some = laos[first : first + LAOS_AT_ONCE]
        found = _fixed_projects(connection, area, some, year, round_)
        for code in {lao.now_in for lao in some if lao.now_in}:
            here = [lao for lao in some if lao.now_in == code]
            values = {"province": code, "year": year, "round": int(round_), "laos": [lao.id for lao in here]}
            found |= _live_projects(driver_rows(connection.execute(_PROJECTS, values)), area, here, read)
        for lao in some:
            yield from found.get(lao.id, ())


def _laos(connection: Connection, area: ExportProvince, year: int, round_: Round) -> Iterator[ExportedLao]:
    """The LAOs of a province then: those whose result is fixed, and the live ones, as they are or as they were."""
    live = live_laos([area.code], year, round_, connection=connection)
    if live is not None:
        for lao in fixed_laos(area.code, year, round_, connection):
            yield ExportedLao(lao.district_sort or "", lao.name_sort, lao.id, lao.code, lao.name, lao.district, None)
    then = laos_then(year, clock.now(), connection)
    for id_, code, name, name_sort, district, district_sort in connection.execute(_LAOS, {"province": area.code}):
        if id_ not in then and (live is None or id_ in live.ids):
            yield ExportedLao(district_sort or "", name_sort, id_, code, name, district, area.code)
    for id_, was in then.items():
        if was.province_code == area.code and (live is None or id_ in live.ids):
            yield ExportedLao(was.district_sort or "", was.name_sort, id_, was.code, was.name, was.district, was.now_in)


Found = dict[int, list[ExportedProject]]  # by LAO


def _live_projects(
    rows: Sequence[DriverRow], area: ExportProvince, laos: Sequence[ExportedLao], read: Sequence[Read | None]
) -> Found:
    """Column by column, for each value that comes again is read once."""
    if not rows:
        return {}
    called = {lao.id: (lao.code, lao.name, lao.district, area.name) for lao in laos}
    ids, *columns = zip(*rows, strict=True)
    facts = [map(each, column) if each else column for each, column in zip(read, columns, strict=True)]
    whole = map(add, map(called.__getitem__, ids), zip(*facts, strict=True))
    made = map(ExportedProject._make, whole)
    return {id_: list(islice(made, number)) for id_, number in Counter(ids).items()}  # an LAO's stand together


def _fixed_projects(
    connection: Connection, area: ExportProvince, laos: Sequence[ExportedLao], year: int, round_: Round
) -> Found:
    fixed = {lao.id: lao for lao in laos if lao.now_in is None}
    kept = fixed_projects(list(fixed), year, round_, connection) if fixed else {}
    return {
        id_: [_exported(fixed[id_], area, each) for each in some if each.line.counted] for id_, some in kept.items()
    }


def _exported(lao: ExportedLao, area: ExportProvince, project: FixedProject) -> ExportedProject:
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
