"""Reads about plan periods, the gate and windows."""

from datetime import datetime

from sqlalchemy import and_, bindparam, func, select, true

from app.access import Actor
from app.db import db, read_once, table
from app.language import said
from app.models import Dimension, PlanPeriod, PlanYear, ProjectYear, SubHeading, Window, WindowException
from app.models.enums import PlanStatus, Round
from app.plans.rules import Period, ReportWindow, YearGate, gates, heading_order, report_window

_PERIOD, _YEAR, _PROJECT_YEAR = table(PlanPeriod).c, table(PlanYear).c, table(ProjectYear).c
_DIMENSION, _SUB, _W, _MORE = table(Dimension).c, table(SubHeading).c, table(Window).c, table(WindowException).c
_PERIODS = (
    select(
        _PERIOD.id, _PERIOD.first_year, _PERIOD.last_year, _DIMENSION.number, _DIMENSION.name, _SUB.number, _SUB.name
    )
    .join_from(table(PlanPeriod), table(Dimension), _DIMENSION.plan_period_id == _PERIOD.id)
    .outerjoin(table(SubHeading), and_(_SUB.plan_period_id == _PERIOD.id, _SUB.dimension == _DIMENSION.number))
    .order_by(_PERIOD.first_year, _DIMENSION.number)
)


@read_once
def periods() -> list[Period]:
    """Every plan period, the earliest first."""
    rows = db.session.execute(_PERIODS)
    found: dict[int, tuple[int, int, dict[int, str]]] = {}
    below: dict[int, dict[int, dict[str, str]]] = {}
    for id_, first, last, number, name, heading, heading_name in rows:
        found.setdefault(id_, (first, last, {}))[2][number] = said(name)
        if heading is not None:
            below.setdefault(id_, {}).setdefault(number, {})[heading] = said(heading_name)
    return [Period(id_, *years_and_names, _in_order(below.get(id_, {}))) for id_, years_and_names in found.items()]


def _in_order(sub_headings: dict[int, dict[str, str]]) -> dict[int, dict[str, str]]:
    return {
        dimension: {number: names[number] for number in sorted(names, key=heading_order)}
        for dimension, names in sub_headings.items()
    }


def period_of(year: int) -> Period | None:
    """The plan period that fiscal year `year` belongs to."""
    return next((period for period in periods() if year in period.years), None)


def current_period(this_year: int) -> Period:
    """The period that holds `this_year`, else the latest before it, else the first. Raises LookupError without any."""
    known = periods()
    if not known:
        raise LookupError("no plan period: an administrator makes the first one (flask seed periods)")
    past = [period for period in known if period.first_year <= this_year]
    return past[-1] if past else known[0]


def plan_statuses(organisation_id: int) -> dict[int, PlanStatus]:
    rows = db.session.execute(
        select(PlanYear.fiscal_year, PlanYear.status).where(PlanYear.organisation_id == organisation_id)
    )
    return dict(rows.all())


_LATEST = select(func.max(_PROJECT_YEAR.fiscal_year)).where(
    _PROJECT_YEAR.province_code == bindparam("province_code"), _PROJECT_YEAR.counted == true()
)
_GATES = (
    select(_PERIOD.first_year, _PERIOD.last_year, _YEAR.fiscal_year, _YEAR.status)
    .select_from(table(PlanPeriod))
    .outerjoin(
        table(PlanYear),
        and_(
            _YEAR.organisation_id == bindparam("organisation_id"),
            _YEAR.fiscal_year.between(_PERIOD.first_year, _PERIOD.last_year),
        ),
    )
)


@read_once
def year_gates(actor: Actor) -> list[YearGate]:
    """The gate of every year of every period, for the actor's own LAO."""
    years: set[int] = set()
    statuses: dict[int, PlanStatus] = {}
    for first, last, year, status in db.session.execute(_GATES, {"organisation_id": actor.own_organisation_id}):
        years.update(range(first, last + 1))
        if year is not None:
            statuses[year] = status
    return gates(years, statuses)


_WINDOW = (
    select(_W.opens_at, _W.closes_at, _MORE.closes_at)
    .select_from(table(Window))
    .outerjoin(
        table(WindowException),
        and_(
            _MORE.fiscal_year == _W.fiscal_year,
            _MORE.round == _W.round,
            _MORE.organisation_id == bindparam("organisation_id"),
        ),
    )
    .where(_W.fiscal_year == bindparam("year"), _W.round == bindparam("round"))
)


def window_for(organisation_id: int, year: int, round_: Round) -> ReportWindow:
    found = db.session.execute(
        _WINDOW, {"organisation_id": organisation_id, "year": year, "round": int(round_)}
    ).first()
    return report_window(year, round_, (found[0], found[1]) if found else None, found[2] if found else None)


def everybodys_window(year: int, round_: Round) -> ReportWindow:
    """The window of the LAOs that were given no more time."""
    row = db.session.get(Window, (year, int(round_)))
    return report_window(year, round_, (row.opens_at, row.closes_at) if row else None, None)


def set_windows() -> list[tuple[ReportWindow, int]]:
    """Every window of everybody that was set, and its version; the earliest first."""
    rows = db.session.scalars(select(Window).order_by(Window.fiscal_year, Window.round))
    return [
        (report_window(row.fiscal_year, Round(row.round), (row.opens_at, row.closes_at), None), row.version)
        for row in rows
    ]


def next_closing(now: datetime) -> ReportWindow | None:
    """The open window that closes first, of those that close at all: what the landing page announces."""
    row = db.session.execute(
        select(Window).where(Window.opens_at <= now, Window.closes_at > now).order_by(Window.closes_at).limit(1)
    ).scalar()
    return report_window(row.fiscal_year, Round(row.round), (row.opens_at, row.closes_at), None) if row else None


def closings_between(since: datetime, until: datetime) -> list[ReportWindow]:
    """The windows that close for everybody after `since` and by `until`, the first closing first."""
    wanted = select(Window).where(Window.closes_at > since, Window.closes_at <= until)
    rows = db.session.scalars(wanted.order_by(Window.closes_at, Window.fiscal_year, Window.round))
    return [report_window(row.fiscal_year, Round(row.round), (row.opens_at, row.closes_at), None) for row in rows]


def latest_recorded_year(province_code: str) -> int | None:
    """The latest fiscal year for which an LAO of the province has a project that counts."""
    latest: int | None = db.session.scalar(_LATEST, {"province_code": province_code})
    return latest
