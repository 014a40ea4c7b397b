"""What happened to LAOs in a span of time, as it still stands: read from their rows and from the history.

What was taken back before anybody was told of it is not told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.db import db, table
from app.models import (
    Account,
    DigestRun,
    HistoryEntry,
    Organisation,
    PlanYear,
    Profile,
    Project,
    ProjectYear,
    Window,
    WindowException,
)
from app.models.enums import Action, Entity, PlanStatus, ReviewStatus, Round
from app.nacc.desk.queries import batches
from app.nacc.digests.rules import AHEAD, ClosingRound, FailedPlan, LaoNews, RejectedProject, Span, is_told_of_closing
from app.nacc.waiting.queries import works_of
from app.nacc.waiting.rules import REMINDED, standing
from app.plans.rules import report_window

_A, _O, _C = (table(model).c for model in (Account, Organisation, Profile))
_P, _PY, _Y, _H = (table(model).c for model in (Project, ProjectYear, PlanYear, HistoryEntry))
_W, _X = table(Window).c, table(WindowException).c
Ids = Collection[int] | None  # of some LAOs, or of all


def is_done(day: date) -> bool:
    return db.session.get(DigestRun, day) is not None


def last_until() -> datetime | None:
    """Up to when the runs so far have told."""
    return db.session.scalar(select(func.max(DigestRun.until)))


def span_of(day: date) -> Span:
    run = db.session.get_one(DigestRun, day)
    return Span(run.since, run.until)


def news_of(span: Span, ids: Ids = None) -> dict[int, LaoNews]:
    """By LAO; those without news are not in it."""
    found: dict[int, LaoNews] = defaultdict(LaoNews)
    for id_, name, reason, year in _rejected(span, ids):
        found[id_].rejected.append(RejectedProject(name, reason or "", year))
    for id_, year, reason in _failed(span, ids):
        found[id_].failed.append(FailedPlan(year, reason))
    published = select(_Y.organisation_id, _Y.fiscal_year).where(*_within(_Y.published_at, span))
    for id_, year in db.session.execute(_among(published, _Y.organisation_id, ids).order_by(_Y.fiscal_year)):
        found[id_].published.append(year)
    for id_, year in _corrected(span, ids):
        if year not in found[id_].published:
            found[id_].corrected.append(year)
    for id_, closing in _closing(span, ids):
        found[id_].closing.append(closing)
    return {id_: news for id_, news in found.items() if news.parts}


def _within(moment: ColumnElement[Any], span: Span) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return moment > span.since, moment <= span.until


def _among(statement: Any, organisation_id: ColumnElement[Any], ids: Ids) -> Any:
    return statement if ids is None else statement.where(organisation_id.in_(ids))


def _rejected(span: Span, ids: Ids) -> Any:
    first_year = func.min(_PY.fiscal_year)
    rejected = (
        select(_P.organisation_id, _P.name, _P.review_reason, first_year)
        .join_from(table(Project), table(ProjectYear), _PY.project_id == _P.id)
        .where(_P.review_status == ReviewStatus.REJECTED, _P.deleted_at.is_(None), *_within(_P.reviewed_at, span))
        .group_by(_P.id, _P.organisation_id, _P.name, _P.review_reason)
        .order_by(first_year, _P.id)
    )
    return db.session.execute(_among(rejected, _P.organisation_id, ids))


def _failed(span: Span, ids: Ids) -> Iterator[tuple[int, int, str]]:
    """(LAO, year, why) of plans that were failed in the span and are so still."""
    told = {(id_, year): reason for id_, year, after, reason in _entries(span, ids, Entity.PLAN_YEAR) if _fails(after)}
    for some in batches(sorted({id_ for id_, _year in told})):
        failed = select(_Y.organisation_id, _Y.fiscal_year).where(_Y.organisation_id.in_(some))
        still = db.session.execute(failed.where(_Y.status == PlanStatus.FAILED).order_by(_Y.fiscal_year))
        yield from ((id_, year, told[id_, year]) for id_, year in still if (id_, year) in told)


def _fails(after: Any) -> bool:
    return bool(after) and after.get("status") == PlanStatus.FAILED.value


def _corrected(span: Span, ids: Ids) -> set[tuple[int, int]]:
    """(LAO, year) of published scores that two persons changed in the span."""
    return {(id_, year) for id_, year, _after, _why in _entries(span, ids, None, Action.CONFIRM_SCORES)}


def _entries(
    span: Span, ids: Ids, entity: Entity | None, action: Action | None = None
) -> Iterator[tuple[int, int, Any, str]]:
    """(LAO, year, what it came to, reason) of entries whose key is LAO and year, in their order."""
    wanted = [*_within(_H.at, span), _H.organisation_id.is_not(None), _H.action != Action.STAND.value]
    wanted += [_H.entity == entity.value] if entity else []
    wanted += [_H.action == action.value] if action else []
    told = select(_H.organisation_id, _H.entity_key, _H.after, _H.reason).where(*wanted).order_by(_H.id)
    for id_, key, after, reason in db.session.execute(_among(told, _H.organisation_id, ids)):
        yield id_, int(key.split("/")[1]), after, reason


def _closing(span: Span, ids: Ids) -> Iterator[tuple[int, ClosingRound]]:
    everybodys = {(row.fiscal_year, row.round): row for row in db.session.execute(select(table(Window)))}
    own, changed = _own_closings(ids), _changed_windows(span)
    for year, round_ in sorted(_closing_soon(span, everybodys.values(), own)):
        row, key = everybodys.get((year, round_)), f"{year}/{round_}"
        times = (row.opens_at, row.closes_at) if row else None
        for id_, work in works_of(year, Round(round_), ids).items():
            window = report_window(year, Round(round_), times, own.get((id_, year, round_)))
            lately = (None, key) in changed or (id_, key) in changed
            if window.closes_at is None or window.opens_at > span.until or standing(work) not in REMINDED:
                continue
            if is_told_of_closing(window.closes_at, span, set_lately=lately):
                yield id_, ClosingRound(window, work)


def _own_closings(ids: Ids) -> dict[tuple[int, int, int], datetime]:
    own = select(_X.organisation_id, _X.fiscal_year, _X.round, _X.closes_at)
    rows = db.session.execute(_among(own, _X.organisation_id, ids))
    return {(id_, year, round_): closes_at for id_, year, round_, closes_at in rows}


def _closing_soon(span: Span, everybodys: Any, own: dict[tuple[int, int, int], datetime]) -> set[tuple[int, int]]:
    """The rounds that close for anybody in the days in which LAOs are told of it."""
    until: timedelta = max(AHEAD)
    moments = [((row.fiscal_year, row.round), row.closes_at) for row in everybodys]
    moments += [((year, round_), closes_at) for (_id, year, round_), closes_at in own.items()]
    return {key for key, closes_at in moments if closes_at and span.until < closes_at <= span.until + until}


def _changed_windows(span: Span) -> set[tuple[int | None, str]]:
    """(LAO or None for everybody, key) of the windows that were set in the span."""
    told = select(_H.organisation_id, _H.entity_key).where(_H.entity == Entity.WINDOW.value, *_within(_H.at, span))
    return {(id_, key) for id_, key in db.session.execute(told)}


def addresses(ids: Collection[int]) -> dict[int, str]:
    """Where mail goes to those of `ids` who want it: open, with a password, not locked, with an address."""
    found: dict[int, str] = {}
    reachable = (
        select(_O.id, _C.email)
        .select_from(
            table(Organisation)
            .join(table(Account), _A.organisation_id == _O.id)
            .join(table(Profile), _C.organisation_id == _O.id)
        )
        .where(_O.closed_at.is_(None), _A.password_hash.is_not(None), _A.locked_at.is_(None))
        .where(_C.email != "", _C.mail_notices)
    )
    for some in batches(sorted(ids)):
        found |= dict(db.session.execute(reachable.where(_O.id.in_(some))).all())
    return found


def lao_name(organisation_id: int) -> str:
    return db.session.scalar(select(_O.name).where(_O.id == organisation_id)) or ""
