"""Reads of reports: each takes the actor and sees only its own LAO's. Counting is in counts.py.

Statements are put together once for each shape of a list: that takes longer than running them.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, select, true

from app.access import Actor
from app.clock import thai_date
from app.db import db, table
from app.errors import NotTheirs
from app.lao.reporting.rules import REPORTED, cannot_words
from app.listing import PAGE_SIZE, ListState, like_pattern
from app.models import Project, ProjectYear, Report
from app.models.enums import CannotReason, Kind, ReportStatus, Round
from app.words import baht

NO_BUDGET = "ไม่ใช้งบ"
_P, _Y, _R = table(Project).c, table(ProjectYear).c, table(Report).c
_OTHER_TABLE = table(Report).alias("other_round")
_OTHER = _OTHER_TABLE.c


class ReportRow(NamedTuple):
    """A line of the report list, ready to print. Money and status are those of the round the list shows."""

    id: int
    number: int
    name: str
    kind: str
    dimension: str
    planned: str
    ordinance: str
    spent: str
    status: ReportStatus
    reason: str
    reported_on: str
    reported_six: bool
    reported_twelve: bool
    in_six: bool
    in_twelve: bool

    def waits(self, round_: Round) -> bool:
        """Whether the round is to be reported: a project recorded after it closed is not in it."""
        if round_ is Round.TWELVE:
            return self.in_twelve and not self.reported_twelve
        return self.in_six and not self.reported_six


SORTS = ("", "name", "dimension", "status", "planned")
_ORDER: dict[str, tuple[Any, ...]] = {
    "": (_P.id,),
    "name": (_P.name_sort, _P.id),
    "dimension": (_P.dimension, _P.id),
    "status": (_R.status, _P.id),
    "planned": (func.coalesce(_Y.plan_budget_satang, -1).desc(), _P.id),
}


def _of_year(column: ColumnElement[int], project: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(project == _P.id, column == bindparam("year"))


# Projects of the year that count in the list's round, with their report line of it and of the other one.
_JOINED = (
    table(Project)
    .join(table(ProjectYear), _of_year(_Y.fiscal_year, _Y.project_id))
    .join(table(Report), and_(_of_year(_R.fiscal_year, _R.project_id), _R.round == bindparam("round")))
    .outerjoin(
        _OTHER_TABLE, and_(_of_year(_OTHER.fiscal_year, _OTHER.project_id), _OTHER.round == bindparam("other_round"))
    )
)
_OWN = and_(_P.organisation_id == bindparam("organisation_id"), _P.counted == true())
_LISTED = (
    _P.id,
    _P.name,
    _P.kind,
    _P.dimension,
    _Y.plan_budget_satang,
    _R.ordinance_budget_satang,
    _R.spent_satang,
    _R.status,
    _R.reported_at,
    _OTHER.status,
    _R.cannot_reason,
    _R.cannot_text,
)
_EXPORTED: dict[str, ColumnElement[Any]] = {
    "id": _P.id,
    "kind": _P.kind,
    "name": _P.name,
    "dimension": _P.dimension,
    "planned": _Y.plan_budget_satang,
    "ordinance": _R.ordinance_budget_satang,
    "spent": _R.spent_satang,
    "status": _R.status,
    "cannot_reason": _R.cannot_reason,
    "cannot_text": _R.cannot_text,
    "note": _R.note,
}


def _filter(shape: ListState) -> list[ColumnElement[bool]]:
    """The conditions of a list, with places for what `_values` puts in."""
    wanted: list[ColumnElement[bool]] = [_OWN]
    if shape.status:
        wanted.append(_R.status == bindparam("status"))
    return wanted + [_P.name_search.like(bindparam(f"word{n}"), escape="/") for n in range(len(shape.words))]


def _values(actor: Actor, state: ListState) -> dict[str, Any]:
    values: dict[str, Any] = {
        "organisation_id": actor.own_organisation_id,
        "year": state.year,
        "round": state.round,
        "other_round": int(Round.SIX if state.round == Round.TWELVE else Round.TWELVE),
    }
    if state.status:
        values["status"] = ReportStatus(state.status)
    return values | {f"word{n}": like_pattern(word) for n, word in enumerate(state.words)}


@lru_cache(maxsize=256)
def _count_statement(shape: ListState) -> Select[Any]:
    return select(func.count()).select_from(_JOINED).where(*_filter(shape))


@lru_cache(maxsize=256)
def _page_statement(shape: ListState, *, only_reported: bool = False) -> Select[Any]:
    statement = select(*_LISTED).select_from(_JOINED).where(*_filter(shape)).order_by(*_ORDER[shape.sort])
    if only_reported:
        statement = statement.where(_R.reported_at.is_not(None))
    return statement.limit(PAGE_SIZE).offset(bindparam("offset", type_=Integer))


@lru_cache(maxsize=256)
def _export_statement(shape: ListState, *, only_reported: bool = False) -> Select[Any]:
    columns = (column.label(name) for name, column in _EXPORTED.items())
    statement = select(*columns).select_from(_JOINED).where(*_filter(shape)).order_by(*_ORDER[shape.sort])
    return statement.where(_R.reported_at.is_not(None)) if only_reported else statement


_ONE_LISTED = select(*_LISTED).select_from(_JOINED).where(_OWN, _P.id == bindparam("project_id"))


def _offset(state: ListState) -> int:
    return (state.page - 1) * PAGE_SIZE


def listed_count(actor: Actor, state: ListState) -> int:
    return db.session.scalar(_count_statement(state.shape), _values(actor, state)) or 0


def report_rows(actor: Actor, state: ListState) -> list[ReportRow]:
    """One page of the report list."""
    found = db.session.execute(_page_statement(state.shape), _values(actor, state) | {"offset": _offset(state)})
    return [_report_row(place, state, tuple(row)) for place, row in enumerate(found, start=_offset(state) + 1)]


def report_row(actor: Actor, project_id: int, state: ListState, number: int) -> ReportRow:
    """The line of one project as it stands now. Raises NotTheirs."""
    whole = ListState(year=state.year, round=state.round)
    row = db.session.execute(_ONE_LISTED, _values(actor, whole) | {"project_id": project_id}).first()
    if row is None:
        raise NotTheirs
    return _report_row(number, state, tuple(row))


def _report_row(number: int, state: ListState, row: tuple[Any, ...]) -> ReportRow:
    id_, name, kind, dimension, planned, ordinance, spent, status, reported_at, other, reason, text = row
    six, twelve = (other, status) if state.round == Round.TWELVE else (status, other)
    return ReportRow(
        id_,
        number,
        name,
        kind.label,
        f"มิติที่ {dimension}",
        baht(planned, missing=NO_BUDGET),
        baht(ordinance),
        baht(spent),
        status,
        cannot_words(reason, text),
        thai_date(reported_at, short=True) if reported_at else "",
        six in REPORTED,
        twelve in REPORTED,
        six is not None,
        twelve is not None,
    )


class ExportedReport(NamedTuple):
    """A line of a report list in a file. Amounts in baht."""

    number: int
    id: int
    kind: Kind
    name: str
    dimension: int
    planned: Decimal | None
    ordinance: Decimal | None
    spent: Decimal | None
    status: ReportStatus
    cannot_reason: CannotReason | None
    cannot_text: str | None
    note: str
    round: Round
    year: int


def exported_reports(actor: Actor, state: ListState, *, only_reported: bool = False) -> list[ExportedReport]:
    """The whole list for a file."""
    statement = _export_statement(state.shape, only_reported=only_reported)
    found = db.session.execute(statement, _values(actor, state)).mappings()
    of: dict[str, Any] = {"round": Round(state.round), "year": state.year}
    return [ExportedReport(number=number, **row, **of) for number, row in enumerate(found, start=1)]


class ReportedRow(NamedTuple):
    """A line of "all reports", ready to print."""

    id: int
    number: int
    kind: str
    name: str
    planned: str
    ordinance: str
    spent: str
    status: ReportStatus
    reason: str
    dimension: str


def reported_rows(actor: Actor, state: ListState) -> list[ReportedRow]:
    """One page of the projects that were reported in a year and round, in the order of their numbers."""
    whole = _whole(state)
    statement = _page_statement(whole.shape, only_reported=True)
    return [
        ReportedRow(
            row[0],
            place,
            row[2].label,
            row[1],
            baht(row[4], missing=NO_BUDGET),
            baht(row[5]),
            baht(row[6]),
            row[7],
            cannot_words(*row[10:]),
            f"มิติที่ {row[3]}",
        )
        for place, row in enumerate(
            db.session.execute(statement, _values(actor, whole) | {"offset": _offset(whole)}),
            start=_offset(whole) + 1,
        )
    ]


def _whole(state: ListState) -> ListState:
    return ListState(year=state.year, round=state.round, page=state.page)


def every_reported(actor: Actor, state: ListState) -> list[ExportedReport]:
    """All pages of them for a file."""
    return exported_reports(actor, _whole(state), only_reported=True)
