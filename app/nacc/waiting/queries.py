"""Reads for the desk of what waits: LAOs of the actor's provinces, where each stands, and the mails they got.

Standings are decided by the rules from counts of the covering index, so the whole filtered list is put
together here (7,850 LAOs at most) and only the shown page is read in full.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, select

from app.access import Actor
from app.clock import thai_day
from app.db import db, table
from app.lao.fixed_rounds.queries import given_more_time
from app.lao.reporting.counts import organisation_counts
from app.lao.reporting.rules import Counts
from app.lao.sending.queries import said_nothing
from app.models import District, MailLog, Organisation, PlanYear, Profile, Project, ProjectYear, Province
from app.models.enums import PlanStatus, ReviewStatus, Round
from app.nacc.desk.queries import (
    IN_ONE_STATEMENT,
    IN_THAI_ORDER,
    PAGE_SIZE,
    batches,
    filtered_laos,
    in_scope,
    place_words,
    with_places,
)
from app.nacc.mails.rules import mail_words
from app.nacc.waiting.rules import (
    REMINDED,
    REMINDER,
    ReminderCandidate,
    RoundStanding,
    RoundWork,
    WaitingFilter,
    standing,
)
from app.plans.queries import everybodys_window

_O, _PY, _D, _P, _C, _M = (table(model).c for model in (Organisation, PlanYear, District, Province, Profile, MailLog))


class WaitingRow(NamedTuple):
    """One LAO of the shown page, with its coordinator. `mail`: the last reminder, ready to print."""

    organisation_id: int
    code: str
    name: str
    place: str
    work: RoundWork
    standing: RoundStanding
    contact: str
    phone: str
    mobile: str
    email: str
    mail: str
    mailed_today: bool
    can_report: bool

    @property
    def remindable(self) -> bool:
        return self.standing in REMINDED and bool(self.email) and not self.mailed_today and self.can_report


def _works(year: int, round_: Round, *wanted: ColumnElement[bool]) -> dict[int, RoundWork]:
    """Facts of each LAO that `wanted` finds, by province, district and name in Thai order."""
    laos = table(Organisation).outerjoin(table(PlanYear), and_(_PY.organisation_id == _O.id, _PY.fiscal_year == year))
    facts = select(_O.id, _O.province_code, _PY.status).select_from(with_places(laos))
    rows = db.session.execute(facts.where(*wanted).order_by(*IN_THAI_ORDER)).all()
    provinces = sorted({province for _id, province, _status in rows})
    counts: dict[int, Counts] = {}
    for province in provinces:
        counts |= organisation_counts(province, year, round_)
    none = Counts()
    found = {
        id_: RoundWork(status is PlanStatus.PASSED, counts.get(id_, none).total, counts.get(id_, none).reported)
        for id_, _province, status in rows
    }
    empty = [id_ for id_, work in found.items() if work.passed and not work.total]
    said, rejected = said_nothing(empty, year, round_), _with_rejected(empty, year)
    told = {id_: replace(found[id_], said_nothing=id_ in said, rejected=id_ in rejected) for id_ in empty}
    return found | told


def _with_rejected(ids: Collection[int], year: int) -> set[int]:
    """Those of `ids` that have a rejected project in that year.

    Asked of the few alone for whom it matters: no index knows the rejected ones of a province.
    """
    project, year_of = table(Project).c, table(ProjectYear).c
    rejected = (
        select(project.organisation_id)
        .join_from(table(Project), table(ProjectYear), year_of.project_id == project.id)
        .where(
            project.review_status == ReviewStatus.REJECTED, project.deleted_at.is_(None), year_of.fiscal_year == year
        )
    )
    found: set[int] = set()
    for some in batches(ids):
        found.update(db.session.scalars(rejected.where(project.organisation_id.in_(some)).distinct()))
    return found


class FilteredWorks(NamedTuple):
    """The filtered list: how many LAOs have each standing, and those the filter of standings leaves."""

    counts: dict[RoundStanding, int]
    works: dict[int, RoundWork]


def shown(actor: Actor, asked: WaitingFilter) -> FilteredWorks:
    works = _works(asked.year, asked.round, *filtered_laos(actor, asked))
    counts = dict.fromkeys(RoundStanding, 0)
    for work in works.values():
        counts[standing(work)] += 1
    left = {id_: work for id_, work in works.items() if asked.leaves(standing(work))}
    return FilteredWorks(counts, left)


def chosen_works(actor: Actor, ids: Collection[int], year: int, round_: Round) -> dict[int, RoundWork]:
    """Facts of those of `ids` that the actor oversees."""
    return _works(year, round_, in_scope(actor), _O.closed_at.is_(None), _O.id.in_(sorted(ids)[:IN_ONE_STATEMENT]))


def works_of(year: int, round_: Round, ids: Collection[int] | None = None) -> dict[int, RoundWork]:
    """Facts of every open LAO, or of those of `ids`: for a job, which oversees all."""
    some = [] if ids is None else [_O.id.in_(ids)]
    return _works(year, round_, _O.closed_at.is_(None), *some)


def waiting_rows(works: dict[int, RoundWork], asked: WaitingFilter, now: datetime) -> list[WaitingRow]:
    """The page of `works` that is asked for, in their order."""
    first = (asked.page - 1) * PAGE_SIZE
    return _with_coordinators(works, list(works)[first : first + PAGE_SIZE], asked, now)


def every_row(works: dict[int, RoundWork], asked: WaitingFilter, now: datetime) -> Iterator[WaitingRow]:
    """All of `works`, in their order."""
    for some in batches(works):
        yield from _with_coordinators(works, some, asked, now)


def _with_coordinators(
    works: dict[int, RoundWork], ids: list[int], asked: WaitingFilter, now: datetime
) -> list[WaitingRow]:
    mails, today = _last_mails(ids), thai_day(now)
    can_report = with_open_window(ids, asked.year, asked.round, now)
    found = {row.id: row for row in db.session.execute(_details(ids))}
    rows = []
    for id_ in ids:
        row, work = found[id_], works[id_]
        day, words = mails.get(id_, (None, ""))
        place = place_words(row.province, row.district)
        contact = (row.contact_name or "", row.phone or "", row.mobile or "", row.email or "")
        reminded = words, day == today, id_ in can_report
        rows.append(WaitingRow(id_, row.code, row.name, place, work, standing(work), *contact, *reminded))
    return rows


def _details(ids: list[int]) -> Any:
    places = with_places(table(Organisation)).outerjoin(table(Profile), _C.organisation_id == _O.id)
    return (
        select(
            *(_O.id, _O.code, _O.name, _P.name.label("province"), _D.name.label("district")),
            *(_C.contact_name, _C.phone, _C.mobile, _C.email),
        )
        .select_from(places)
        .where(_O.id.in_(ids))
    )


def _last_mails(ids: list[int]) -> dict[int, tuple[date, str]]:
    """Day and words of the last reminder of each of `ids`."""
    rows = db.session.execute(
        select(_M.organisation_id, _M.day, _M.sent_at, _M.given_up_at, _M.next_try_at)
        .where(_M.organisation_id.in_(ids), _M.kind == REMINDER)
        .order_by(_M.day)
    )
    return {id_: (day, mail_words(day, *moments)) for id_, day, *moments in rows}


def candidates(works: dict[int, RoundWork], asked: WaitingFilter, now: datetime) -> Iterator[ReminderCandidate]:
    """The LAOs of `works`, with what decides whether a reminder goes to them."""
    today, can_report = thai_day(now), with_open_window(works, asked.year, asked.round, now)
    for some in batches(works):
        mailed = set(
            db.session.scalars(
                select(_M.organisation_id).where(_M.organisation_id.in_(some), _M.kind == REMINDER, _M.day == today)
            )
        )
        found = {row.id: row for row in db.session.execute(_details(some))}
        for id_ in some:
            facts = works[id_], (found[id_].email or "").strip(), id_ in mailed, id_ in can_report
            yield ReminderCandidate(id_, found[id_].name, *facts)


def with_open_window(ids: Collection[int], year: int, round_: Round, now: datetime) -> set[int]:
    """Those of `ids` that can report the round now: all, or those that were given more time."""
    window = everybodys_window(year, round_)
    if window.closing_passed(now) is None:
        return set(ids) if window.is_open(now) else set()
    return {id_ for id_, until in given_more_time(window).items() if now < until}.intersection(ids)
