"""Reads of rounds that closed: which are due to be fixed, and what was fixed. It is public: no actor is asked for.

Where an edition is in force, it is the result of that LAO in that round, for every page, file and address: `counts.py`
and `sums.py` of reporting read it from here. All other LAOs are live.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, and_, exists, func, literal, or_, select, union_all

from app.db import db, table
from app.lao.fixed_rounds.rules import ClosedRound, FixedLine, LaoFacts, lines_of
from app.models import (
    District,
    FixedDocument,
    FixedRound,
    Organisation,
    PlanYear,
    Project,
    ProjectYear,
    Report,
    Window,
    WindowException,
)
from app.models.enums import PlanStatus, Round
from app.plans.rules import ReportWindow, report_window

_F, _O, _D, _PY = (table(model).c for model in (FixedRound, Organisation, District, PlanYear))
_P, _Y, _R, _W, _X = (table(model).c for model in (Project, ProjectYear, Report, Window, WindowException))


class DueRound(NamedTuple):
    """A round that has closed for an LAO and is not fixed yet."""

    organisation_id: int
    closed: ClosedRound


def is_fixed(year: Any, round_: Any) -> ColumnElement[bool]:
    """Whether an LAO's result of that round is fixed; stands in a statement about organisations.

    Not an EXISTS: PostgreSQL turns that into a join with all fixed rounds there are.
    """
    here = (_F.organisation_id == _O.id, _F.fiscal_year == year, _F.round == round_, _F.in_force)
    return select(_F.id).where(*here).scalar_subquery().is_not(None)


def was_not_there(moment: Any) -> ColumnElement[bool]:
    """Whether the LAO was closed by then, or founded later; stands in a statement about organisations.

    A table shows it all the same where it has projects in that year: sums have them, too.
    """
    return or_(_O.closed_at <= moment, _O.founded_at > moment)


def without_result(year: Any, round_: Any, closing: Any, *wanted: ColumnElement[bool]) -> CompoundSelect[Any]:
    """(id, province) of the LAOs `wanted` whose result of a round is not fixed, though they were there.

    Told apart in two parts: an OR would make PostgreSQL read all project years of the country for one closed LAO.
    """
    has_projects = exists().where(
        _Y.province_code == _O.province_code, _Y.fiscal_year == year, _Y.organisation_id == _O.id, _Y.counted
    )
    unfixed = select(_O.id, _O.province_code).where(~is_fixed(year, round_), *wanted)
    still = or_(_O.closed_at.is_(None), _O.closed_at > closing)
    already = or_(_O.founded_at.is_(None), _O.founded_at <= closing)
    return union_all(unfixed.where(still, already), unfixed.where(was_not_there(closing), has_projects))


def closed_windows(now: datetime, *, lock: bool = False) -> list[ReportWindow]:
    """The windows that have closed for everybody who was given no more time; with `lock` they stay as they are."""
    found = select(Window).where(Window.closes_at <= now).order_by(Window.fiscal_year, Window.round)
    rows = db.session.scalars(found.with_for_update(read=True) if lock else found)
    return [report_window(row.fiscal_year, Round(row.round), (row.opens_at, row.closes_at), None) for row in rows]


def given_more_time(window: ReportWindow) -> dict[int, datetime]:
    """Until when each LAO can report that has longer than the window of all, by organisation id."""
    rows = db.session.execute(
        select(_X.organisation_id, _X.closes_at).where(_X.fiscal_year == window.year, _X.round == int(window.round))
    )
    times = (window.opens_at, window.closes_at)
    windows = {id_: report_window(window.year, window.round, times, until) for id_, until in rows}
    return {id_: own.closes_at for id_, own in windows.items() if own.extended and own.closes_at}


def due(
    now: datetime, among: Collection[int] | None = None, limit: int | None = None, *, lock: bool = False
) -> list[DueRound]:
    """The rounds to be fixed, at most `limit`: of all LAOs, or of those `among`. `lock`: windows stay as they are."""
    found: list[DueRound] = []
    for window in closed_windows(now, lock=lock):
        assert window.closes_at is not None
        longer = given_more_time(window)
        wanted = _unfixed(window, {id_ for id_, until in longer.items() if until > now}, among)
        ids = db.session.scalars(wanted.order_by("id").limit(None if limit is None else limit - len(found)))
        moment = (window.year, window.round)
        found += [DueRound(id_, ClosedRound(*moment, longer.get(id_, window.closes_at))) for id_ in ids]
        if limit is not None and len(found) >= limit:
            break
    return found


def _unfixed(window: ReportWindow, still_open: Collection[int], among: Collection[int] | None) -> CompoundSelect[Any]:
    """The LAOs whose result of that round is neither fixed nor live."""
    closing = literal(window.closes_at, _W.closes_at.type)
    wanted = [_O.id.not_in(still_open), *([_O.id.in_(among)] if among is not None else [])]
    return without_result(window.year, int(window.round), closing, *wanted)


class FixingProgress(NamedTuple):
    """How far the fixing of a round is that has closed."""

    year: int
    round: Round
    fixed: int
    waiting: int


def progress(now: datetime) -> list[FixingProgress]:
    """Of every round that has closed, how many LAOs' results are fixed, and how many are due."""
    by_round = (_F.fiscal_year, _F.round)
    counted = select(*by_round, func.count()).where(_F.in_force).group_by(*by_round)
    fixed = {(year, round_): number for year, round_, number in db.session.execute(counted)}
    waiting: dict[tuple[int, int], int] = {}
    for _id, closed in due(now):
        waiting[closed.year, closed.round] = waiting.get((closed.year, closed.round), 0) + 1
    moments = sorted({(window.year, int(window.round)) for window in closed_windows(now)} | fixed.keys())
    return [FixingProgress(y, Round(r), fixed.get((y, r), 0), waiting.get((y, r), 0)) for y, r in moments]


def closed_rounds(organisation_id: int, now: datetime, years: Collection[int]) -> list[ClosedRound]:
    """The rounds of those years that have closed for one LAO: by its windows, whether they are fixed already or not."""
    rows = db.session.execute(
        select(_W.fiscal_year, _W.round, _W.opens_at, _W.closes_at, _X.closes_at)
        .outerjoin_from(
            table(Window),
            table(WindowException),
            and_(_X.organisation_id == organisation_id, _X.fiscal_year == _W.fiscal_year, _X.round == _W.round),
        )
        .where(_W.fiscal_year.in_(years), _W.closes_at <= now)
        .order_by(_W.fiscal_year, _W.round)
    )
    windows = (
        report_window(year, Round(round_), (opens, closes), until) for year, round_, opens, closes, until in rows
    )
    return [ClosedRound(each.year, each.round, at) for each in windows if (at := each.closing_passed(now))]


# --- what a round is fixed from ---------------------------------------------------------------------
def lao_facts(ids: Iterable[int], year: int) -> dict[int, LaoFacts]:
    """The LAOs as they are now, with the status of their plan of that year."""
    rows = db.session.execute(
        select(
            *(_O.id, _O.code, _O.name, _O.name_sort, _O.type, _O.province_code),
            *(_O.district_code, _D.name, _D.name_sort, _PY.status),
        )
        .select_from(
            table(Organisation)
            .outerjoin(table(District), _D.code == _O.district_code)
            .outerjoin(table(PlanYear), and_(_PY.organisation_id == _O.id, _PY.fiscal_year == year))
        )
        .where(_O.id.in_(ids))
    )
    return {id_: LaoFacts._make((*facts, status or PlanStatus.NOT_SENT)) for id_, *facts, status in rows}


def live_lines(ids: Iterable[int], year: int, round_: Round) -> dict[int, list[FixedLine]]:
    """The projects of each LAO that can be reported in that round, with their reports, in the order of their numbers.

    Those that count for nothing are among them: rejected, or deleted.
    """
    rows = db.session.execute(
        select(
            *(_P.organisation_id, _P.id, _P.dimension, _R.status),
            *(_Y.plan_budget_satang, _R.ordinance_budget_satang, _R.spent_satang),
            *(_R.cannot_reason, _P.review_status, _P.deleted_at.is_not(None)),
            func.coalesce(_P.review_reason, ""),
        )
        .select_from(
            table(Project)
            .join(table(ProjectYear), and_(_Y.project_id == _P.id, _Y.fiscal_year == year))
            .join(table(Report), and_(_R.project_id == _P.id, _R.fiscal_year == year, _R.round == int(round_)))
        )
        .where(_P.organisation_id.in_(ids))
        .order_by(_P.organisation_id, _P.id)
    )
    found: dict[int, list[FixedLine]] = {}
    for organisation_id, *line in rows:
        found.setdefault(organisation_id, []).append(FixedLine(*line))
    return found


def last_editions(ids: Iterable[int], year: int, round_: Round) -> Mapping[int, int]:
    """The number of the latest edition of each LAO's round, in force or not."""
    here = (_F.organisation_id.in_(ids), _F.fiscal_year == year, _F.round == int(round_))
    rows = db.session.execute(
        select(_F.organisation_id, func.max(_F.edition)).where(*here).group_by(_F.organisation_id)
    )
    return dict(rows.all())


def lines_of_one(organisation_id: int, year: int, round_: Round) -> list[FixedLine]:
    """The projects of an LAO in that round as they count today: as they were fixed, or live."""
    here = (_F.organisation_id == organisation_id, _F.fiscal_year == year, _F.round == int(round_), _F.in_force)
    of_round = table(FixedDocument).c.fixed_round_id == _F.id
    wanted = select(table(FixedDocument).c.document).join_from(table(FixedRound), table(FixedDocument), of_round)
    document = db.session.scalar(wanted.where(*here))
    if document is not None:
        return lines_of(document)
    return live_lines([organisation_id], year, round_).get(organisation_id, [])
