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
from app.lao.projects.rules import counts
from app.lao.reporting.details import OTHERS, ReportDetail, other_rounds, put_in_for_others
from app.lao.reporting.rules import REPORTED, cannot_words
from app.listing import PAGE_SIZE, ROWS_KEPT, ListState, like_pattern
from app.models import Project, ProjectYear, Report
from app.models.enums import CannotReason, Kind, ReportStatus, Round
from app.rows import Choices
from app.words import baht

NO_BUDGET = "ไม่ใช้งบ"
_P, _Y, _R = table(Project).c, table(ProjectYear).c, table(Report).c


class RoundState(NamedTuple):
    """A round of one project of the list. `listed`: it is to be reported; `focus`: it was reported just now."""

    round: Round
    listed: bool
    reported: bool
    focus: bool


class RoundStates(Choices):
    """Every round of one project, in order."""


@lru_cache(maxsize=1024)
def _round_states(statuses: tuple[tuple[Round, ReportStatus | None], ...], focus: Round | None) -> RoundStates:
    """No status: a project recorded after the round closed is not in it."""
    return RoundStates(
        RoundState(round_, status is not None, status in REPORTED, round_ is focus)
        for round_, status in sorted(statuses)
    )


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
    rounds: RoundStates

    def waits(self, round_: Round) -> bool:
        """Whether the round is to be reported, and is not."""
        return any(each.round is round_ and each.listed and not each.reported for each in self.rounds)


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


# Projects of the year that count in the list's round, with their report line of it.
_JOINED: Any = (
    table(Project)
    .join(table(ProjectYear), _of_year(_Y.fiscal_year, _Y.project_id))
    .join(table(Report), and_(_of_year(_R.fiscal_year, _R.project_id), _R.round == bindparam("round")))
)
# The same with their lines of all other rounds.
_WITH_OTHERS = _JOINED
for _name, _other in OTHERS.items():
    _of_round = and_(_of_year(_other.c.fiscal_year, _other.c.project_id), _other.c.round == bindparam(_name))
    _WITH_OTHERS = _WITH_OTHERS.outerjoin(_other, _of_round)
_OWN = and_(_P.organisation_id == bindparam("organisation_id"), _P.counted == true())
_LISTED = (
    _P.id,
    _P.name,
    _P.kind,
    _P.dimension,
    _Y.plan_budget_satang.label("planned"),
    _R.ordinance_budget_satang.label("ordinance"),
    _R.spent_satang.label("spent"),
    _R.status,
    _R.reported_at,
    _R.cannot_reason,
    _R.cannot_text,
    *(other.c.status.label(name) for name, other in OTHERS.items()),
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
    "obstacles": _R.obstacles,
    "suggestions": _R.suggestions,
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
        **put_in_for_others(state.round),
    }
    if state.status:
        values["status"] = ReportStatus(state.status)
    return values | {f"word{n}": like_pattern(word) for n, word in enumerate(state.words)}


@lru_cache(maxsize=256)
def _count_statement(shape: ListState) -> Select[Any]:
    return select(func.count()).select_from(_JOINED).where(*_filter(shape))


@lru_cache(maxsize=256)
def _page_statement(shape: ListState, *, only_reported: bool = False) -> Select[Any]:
    statement = select(*_LISTED).select_from(_WITH_OTHERS).where(*_filter(shape)).order_by(*_ORDER[shape.sort])
    if only_reported:
        statement = statement.where(_R.reported_at.is_not(None))
    return statement.limit(PAGE_SIZE).offset(bindparam("offset", type_=Integer))


@lru_cache(maxsize=256)
def _export_statement(shape: ListState, *, only_reported: bool = False) -> Select[Any]:
    columns = (column.label(name) for name, column in _EXPORTED.items())
    statement = select(*columns).select_from(_JOINED).where(*_filter(shape)).order_by(*_ORDER[shape.sort])
    return statement.where(_R.reported_at.is_not(None)) if only_reported else statement


_ONE_LISTED = select(*_LISTED).select_from(_WITH_OTHERS).where(_OWN, _P.id == bindparam("project_id"))


def _offset(state: ListState) -> int:
    return (state.page - 1) * PAGE_SIZE


def listed_count(actor: Actor, state: ListState) -> int:
    return db.session.scalar(_count_statement(state.shape), _values(actor, state)) or 0


def report_rows(actor: Actor, state: ListState) -> list[ReportRow]:
    """One page of the report list."""
    found = db.session.execute(_page_statement(state.shape), _values(actor, state) | {"offset": _offset(state)})
    rows = enumerate(found.all(), start=_offset(state) + 1)
    return [_report_row(place, state.round, tuple(row)) for place, row in rows]


def report_row(actor: Actor, project_id: int, state: ListState, number: int, focus: Round | None = None) -> ReportRow:
    """The line of one project as it stands now; `focus`: the round it was just reported in. Raises NotTheirs."""
    whole = ListState(year=state.year, round=state.round)
    row = db.session.execute(_ONE_LISTED, _values(actor, whole) | {"project_id": project_id}).first()
    if row is None:
        raise NotTheirs
    return _report_row(number, state.round, tuple(row), focus)


def row_of(line: ReportDetail, round_: Round, number: int, focus: Round | None = None) -> ReportRow:
    """The same of a line that was read already, in the list of its round. Raises NotTheirs."""
    if not counts(line.review_status, deleted=False):
        raise NotTheirs
    facts = line.facts
    amounts = line.planned, facts.ordinance_budget, facts.spent
    row = (line.project_id, line.name, line.kind, line.dimension, *amounts, facts.status, line.reported_at)
    others = (line.others[each] for each in other_rounds(round_))
    return _report_row(number, int(round_), (*row, facts.cannot_reason, facts.cannot_text, *others), focus)


@lru_cache(maxsize=ROWS_KEPT)
def _report_row(number: int, shown: int, row: tuple[Any, ...], focus: Round | None = None) -> ReportRow:
    """`shown`: the round of the list."""
    id_, name, kind, dimension, planned, ordinance, spent, status, reported_at, reason, text, *others = row
    others_of = zip(other_rounds(shown), others, strict=True)
    rounds = _round_states(((Round(shown), status), *others_of), focus)
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
        rounds,
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
    obstacles: str
    suggestions: str
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
            id=row.id,
            number=place,
            kind=row.kind.label,
            name=row.name,
            planned=baht(row.planned, missing=NO_BUDGET),
            ordinance=baht(row.ordinance),
            spent=baht(row.spent),
            status=row.status,
            reason=cannot_words(row.cannot_reason, row.cannot_text),
            dimension=f"มิติที่ {row.dimension}",
        )
        for place, row in enumerate(
            db.session.execute(statement, _values(actor, whole) | {"offset": _offset(whole)}),
            start=_offset(whole) + 1,
        )
    ]


_REPORTED_COUNT = select(func.count()).select_from(_JOINED).where(_OWN, _R.reported_at.is_not(None))


def reported_count(actor: Actor, state: ListState) -> int:
    """How many projects that list has: those that stand now, also of a round whose result is fixed otherwise."""
    return db.session.scalar(_REPORTED_COUNT, _values(actor, _whole(state))) or 0


def _whole(state: ListState) -> ListState:
    return ListState(year=state.year, round=state.round, page=state.page)


def every_reported(actor: Actor, state: ListState) -> list[ExportedReport]:
    """All pages of them for a file."""
    return exported_reports(actor, _whole(state), only_reported=True)
