"""The projects behind a figure, for a place of any size. All of it is public: no actor is asked for.

A page of the country's 350,000 projects is found by counting LAO by LAO in the index, and then reading only the few
LAOs whose projects stand on that page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from app import clock
from app.citizens.figures.closed import fixed_lines, fixed_numbers
from app.citizens.figures.rules import DEFINITIONS, Amount, Figure, FigureRequest, ProjectLine, Side
from app.citizens.places.rules import Place
from app.db import db, table
from app.errors import NotTheirs
from app.history.rules import FactChange, action_label, changes, told_in_public
from app.language import said
from app.lao.fixed_rounds.sums import LiveLaos, live_laos, place_then
from app.lao.reporting.rules import cannot_words
from app.listing import SHORT_PAGE, Pager, pager_at
from app.models import HistoryEntry, Organisation, Project, ProjectDimension, ProjectYear, Report
from app.models.enums import CannotReason, Entity, Kind, PlaceKind, ReportStatus, ReviewStatus, Round
from app.registry.past import LaoThen, laos_then

_P, _Y, _R, _O = table(Project).c, table(ProjectYear).c, table(Report).c, table(Organisation).c


@dataclass(frozen=True)
class FigureProjects:
    """One page of the projects on one side, and how many there are on it."""

    lines: list[ProjectLine]
    pager: Pager

    @property
    def total(self) -> int:
        return self.pager.total


def listed(asked: FigureRequest, side: Side, page: int) -> FigureProjects:
    """A page of the projects of `side`, LAO by LAO in the order of their codes."""
    live = live_laos(_codes_then(asked), asked.year, asked.round)
    numbers = _live_numbers(asked, side, live)
    if live is not None:
        numbers = sorted([*numbers, *fixed_numbers(asked, side)])
    total = sum(number for _code, _id, number in numbers)
    pager = pager_at(page, total, SHORT_PAGE)
    first = (pager.page - 1) * SHORT_PAGE
    wanted, skipped = _laos_of_page([(id_, number) for _code, id_, number in numbers], first)
    if not wanted:
        return FigureProjects([], pager)
    by_lao = fixed_lines(asked, side, wanted, {id_: code for code, id_, _n in numbers}) if live is not None else {}
    then = laos_then(asked.year, clock.now())
    for id_, *facts in _live_lines(asked, side, [each for each in wanted if each not in by_lao], live):
        line = ProjectLine(*facts).in_public
        if id_ in then:
            line = line._replace(lao_code=then[id_].code, lao=then[id_].name)
        by_lao.setdefault(id_, []).append(line)
    found = [line for id_ in wanted for line in by_lao[id_]]
    return FigureProjects(found[first - skipped :][:SHORT_PAGE], pager)


def _codes_then(asked: FigureRequest) -> Iterable[str]:
    """The provinces of the place in that year: an LAO that has moved stood in another one."""
    place = asked.place
    then = place_then(place.id, asked.year, asked.round) if place.kind is PlaceKind.ORGANISATION else None
    return (then.province_code,) if then else place.province_codes


def _live_numbers(asked: FigureRequest, side: Side, live: LiveLaos | None) -> list[tuple[str, int, int]]:
    if live is not None and not live.ids:
        return []
    then, kind = laos_then(asked.year, clock.now()), asked.place.kind
    inside = _in_district_then(asked.place, then) if then and kind is PlaceKind.DISTRICT else None
    statement = _numbers(asked.figure, side, PlaceKind.PROVINCE if inside is not None else kind, bool(asked.dimension))
    found = [
        (then[id_].code if id_ in then else code, id_, number)
        for code, id_, number in db.session.execute(statement, _values(asked, live))
        if (live is None or id_ in live.ids) and (inside is None or id_ in inside)
    ]
    return sorted(found) if then else found


def _in_district_then(place: Place, then: Mapping[int, LaoThen]) -> set[int]:
    """The LAOs that were in the district then, wherever they are now."""
    now = set(db.session.scalars(select(_O.id).where(_O.district_code == place.code)))
    return {id_ for id_ in now if id_ not in then} | {i for i, lao in then.items() if lao.district_code == place.code}


def _values(asked: FigureRequest, live: LiveLaos | None) -> dict[str, Any]:
    """What is asked for, in the provinces in which the LAOs are now."""
    return asked.values | ({"codes": sorted(live.codes)} if live is not None and live.moved else {})


def _live_lines(asked: FigureRequest, side: Side, laos: list[int], live: LiveLaos | None) -> Iterable[Any]:
    if not laos:
        return []
    return db.session.execute(_lines(asked.figure, side, bool(asked.dimension)), _values(asked, live) | {"laos": laos})


def _laos_of_page(numbers: list[tuple[int, int]], first: int) -> tuple[list[int], int]:
    """The LAOs whose projects stand on the page that begins with number `first`, and how many come before them."""
    laos, before, skipped = list[int](), 0, 0
    for id_, number in numbers:
        if before + number > first and before < first + SHORT_PAGE:
            if not laos:
                skipped = before
            laos.append(id_)
        before += number
    return laos, skipped


@lru_cache(maxsize=512)
def _numbers(figure: Figure, side: Side, kind: PlaceKind, by_dimension: bool) -> Select[Any]:
    """(code and id of an LAO, number of its projects on that side), in the order of codes; each from its own index."""
    if figure is Figure.PLANNED and side is not Side.LEFT_OUT:
        given = _Y.plan_budget_satang.is_not(None)
        c, here = _Y, and_(_Y.counted, given if side is Side.COUNTED else ~given)
    else:
        c, here = _R, and_(_R.round == bindparam("round"), _side(figure, side))
    lines = (
        select(c.organisation_id.label("id"), func.count().label("number"))
        .where(*_place_and_year(kind, c), here)
        .where(*([c.dimension == bindparam("dimension")] if by_dimension else []))
        .group_by(c.province_code, c.organisation_id)
        .subquery()
    )
    named = select(_O.code, lines.c.id, lines.c.number).join_from(lines, table(Organisation), _O.id == lines.c.id)
    return named.order_by(_O.code)


def _place_and_year(kind: PlaceKind, c: Any) -> list[ColumnElement[bool]]:
    """The place and year, on the columns of project years or of reports."""
    conditions = [c.province_code.in_(bindparam("codes", expanding=True)), c.fiscal_year == bindparam("year")]
    if kind is PlaceKind.DISTRICT:
        inside = select(_O.id).where(_O.district_code == bindparam("district"))
        conditions.append(c.organisation_id.in_(inside))
    elif kind is PlaceKind.ORGANISATION:
        conditions.append(c.organisation_id == bindparam("organisation"))
    return conditions


def _amounts(figure: Figure) -> tuple[Amount, ...]:
    wanted = DEFINITIONS[figure].amount
    return (wanted,) if wanted else ()


def _side(figure: Figure, side: Side) -> ColumnElement[bool]:
    """`side_of` in SQL: tests compare the two on every project."""
    if side is Side.LEFT_OUT:
        return ~_R.counted
    wanted = DEFINITIONS[figure]
    columns = {Amount.PLANNED: _Y.plan_budget_satang, Amount.ORDINANCE: _R.ordinance_budget_satang}
    columns[Amount.SPENT] = _R.spent_satang
    has = [_R.status.in_(sorted(wanted.statuses)), *(columns[each].is_not(None) for each in _amounts(figure))]
    inside = and_(*has)
    return and_(_R.counted, inside if side is Side.COUNTED else ~inside)


def _joined() -> Any:
    return (
        table(Report)
        .join(table(ProjectYear), and_(_Y.project_id == _R.project_id, _Y.fiscal_year == _R.fiscal_year))
        .join(table(Project), _P.id == _R.project_id)
        .join(table(Organisation), _O.id == _R.organisation_id)
    )


@lru_cache(maxsize=512)
def _lines(figure: Figure, side: Side, by_dimension: bool) -> Select[Any]:
    return (
        select(
            _O.id,
            _P.id,
            _P.name,
            _P.kind,
            _P.dimension,
            _O.code,
            _O.name,
            _R.status,
            _Y.plan_budget_satang,
            _R.ordinance_budget_satang,
            _R.spent_satang,
            _P.review_status,
            _P.deleted_at.is_not(None),
            func.coalesce(_P.review_reason, ""),
        )
        .select_from(_joined())
        .where(
            _R.organisation_id.in_(bindparam("laos", expanding=True)),
            *_place_and_year(PlaceKind.COUNTRY, _R),
            _R.round == bindparam("round"),
            _side(figure, side),
            *([_R.dimension == bindparam("dimension")] if by_dimension else []),
        )
        .order_by(_O.code, _P.id)
    )


# --- one project ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class PublicReport:
    """One line of a project's reports. Amounts in baht."""

    year: int
    round: Round
    status: ReportStatus
    planned: Decimal | None
    ordinance: Decimal | None
    spent: Decimal | None
    cannot_reason: CannotReason | None
    cannot_text: str | None
    note: str
    obstacles: str
    suggestions: str
    reported_at: datetime | None

    @property
    def cannot(self) -> str:
        return cannot_words(self.cannot_reason, self.cannot_text)


@dataclass(frozen=True)
class PublicChange:
    """One entry of the history without names of people: who did it is the LAO, or NACC."""

    at: datetime
    by: str
    action: str
    about: str
    reason: str
    changes: list[FactChange]


@dataclass(frozen=True)
class PublicProject:
    """All that is public about one project."""

    id: int
    name: str
    kind: Kind
    dimension: int
    sub_heading: str | None
    quarters: tuple[int, ...]
    target_group: str
    objective: str
    plan_period_id: int
    review: ReviewStatus
    reason: str | None
    lao_code: str
    lao: str
    further: list[int]
    reports: list[PublicReport]
    changes: list[PublicChange]


def public_project(id_: int) -> PublicProject:
    """Raises NotTheirs where there is no such project, or a deleted one: of that there is only a `tombstone`."""
    row = db.session.execute(
        select(
            *(_P.id, _P.name, _P.kind, _P.dimension, _P.quarters, _P.target_group, _P.objective, _P.plan_period_id),
            _P.sub_heading,
            *(_P.review_status.label("review"), _P.review_reason.label("reason")),
            *(_O.code.label("lao_code"), _O.name.label("lao")),
        )
        .join_from(table(Project), table(Organisation), _O.id == _P.organisation_id)
        .where(_P.id == id_, _P.deleted_at.is_(None))
    ).first()
    if row is None:
        raise NotTheirs
    further = select(ProjectDimension.dimension).where(ProjectDimension.project_id == id_)
    lines = db.session.execute(
        select(
            *(_R.fiscal_year, _R.round, _R.status, _Y.plan_budget_satang, _R.ordinance_budget_satang, _R.spent_satang),
            *(_R.cannot_reason, _R.cannot_text, _R.note, _R.obstacles, _R.suggestions, _R.reported_at),
        )
        .join_from(
            table(Report), table(ProjectYear), and_(_Y.project_id == _R.project_id, _Y.fiscal_year == _R.fiscal_year)
        )
        .where(_R.project_id == id_)
        .order_by(_R.fiscal_year, _R.round)
    ).all()
    reports = [PublicReport(year, Round(round_), *rest) for year, round_, *rest in lines]
    return PublicProject(
        **row._mapping,
        further=sorted(db.session.scalars(further)),
        reports=reports,
        changes=_changes(id_, row.lao, reports),
    )


def _changes(id_: int, lao: str, reports: list[PublicReport]) -> list[PublicChange]:
    """Every change of the project and of its reports, the latest first."""
    about = {
        f"{id_}/{each.year}/{int(each.round)}": said("ปี {year} {round}", year=each.year, round=each.round.label)
        for each in reports
    }
    entries = db.session.scalars(
        select(HistoryEntry)
        .where(
            or_(
                and_(HistoryEntry.entity == Entity.PROJECT.value, HistoryEntry.entity_key == str(id_)),
                and_(HistoryEntry.entity == Entity.REPORT.value, HistoryEntry.entity_key.in_(about)),
            )
        )
        .order_by(HistoryEntry.id.desc())
    )
    return [
        PublicChange(
            entry.at,
            told_in_public(entry.actor_role, lao),
            action_label(entry.action),
            about.get(entry.entity_key, "") if entry.entity == Entity.REPORT else "",
            entry.reason,
            changes(entry.before, entry.after),
        )
        for entry in entries
    ]
