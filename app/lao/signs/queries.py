"""Reads that find signs. One LAO's are found while its page is drawn; a province's and the country's by the job.

A page of the country never searches reports: it reads what the job kept in `signs`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, select

from app.access import Actor
from app.db import db, table
from app.lao.fixed_rounds.queries import given_more_time
from app.lao.reporting.rules import field_address
from app.lao.signs.rules import (
    LAST_HOUR,
    SAME_TEXT_LETTERS,
    FoundSign,
    ReportedLine,
    TextPlace,
    earlier_round,
    field_of,
    mass_change,
    reported,
    round_signs,
    same_text,
    saved_last,
    search_due,
    shared_by_many,
    text_key,
)
from app.models import HistoryEntry, Project, ProjectYear, Province, Report, Sign, SignSearch
from app.models.enums import Action, Entity, Round, SignKind
from app.plans.queries import everybodys_window, periods
from app.plans.rules import ReportWindow

_P, _Y, _R, _S, _H = (table(model).c for model in (Project, ProjectYear, Report, Sign, HistoryEntry))
_BEFORE = table(Report).alias("before")
_LINES = (
    select(
        _R.organisation_id,
        _R.project_id,
        _R.status,
        _Y.plan_budget_satang,
        _R.ordinance_budget_satang,
        _R.spent_satang,
        _R.reported_at,
        (_R.version - 1).label("saves"),  # a line is made with version 1, and each save raises it
        _BEFORE.c.status,
    )
    .select_from(
        table(Report)
        .join(table(ProjectYear), and_(_Y.project_id == _R.project_id, _Y.fiscal_year == _R.fiscal_year))
        .outerjoin(
            _BEFORE,
            and_(
                _BEFORE.c.project_id == _R.project_id,
                _BEFORE.c.fiscal_year == _R.fiscal_year,
                _BEFORE.c.round == bindparam("before"),
            ),
        )
    )
    .where(
        _R.province_code == bindparam("province_code"),
        _R.fiscal_year == bindparam("year"),
        _R.round == bindparam("round"),
        _R.counted,
    )
)
_OF_PROVINCE = _LINES.order_by(_R.organisation_id, _R.project_id)
_OF_LAO = _OF_PROVINCE.where(_R.organisation_id == bindparam("organisation_id"))


def _asked(province_code: str, year: int, round_: Round) -> dict[str, Any]:
    before = earlier_round(round_)
    return {"province_code": province_code, "year": year, "round": int(round_), "before": int(before or 0)}


def _found(lines: list[ReportedLine], year: int, round_: Round, closing: datetime | None) -> Iterator[FoundSign]:
    return round_signs(lines, round_, closing, _reported_late(lines, year, round_, closing))


def _reported_late(lines: list[ReportedLine], year: int, round_: Round, closing: datetime | None) -> set[int]:
    """Projects whose first report is of the last hour too; the history is asked only where much was changed in it."""
    late = saved_last(lines, closing)
    if closing is None or not mass_change(len(late), reported(lines)):
        return set()
    keys = {f"{line.project_id}/{year}/{int(round_)}": line.project_id for line in late}
    first = _H.entity_key.in_(keys), _H.entity == Entity.REPORT.value, _H.action == Action.REPORT.value
    told = db.session.scalars(select(_H.entity_key).where(*first, _H.at >= closing - LAST_HOUR))
    return {keys[key] for key in told}


# --- one LAO ----------------------------------------------------------------------------------------
class OwnSign(NamedTuple):
    """A sign of the actor's LAO, ready to print. No project: it is of the whole round, and has no `address`."""

    project_id: int | None
    project: str
    sentence: str
    address: str


OwnSigns = dict[SignKind, list[OwnSign]]


def own_signs(actor: Actor, window: ReportWindow) -> OwnSigns:
    """What the actor's LAO should check in the round of its `window`, by kind, as its reports are at this moment."""
    own, year, round_ = actor.own_organisation_id, window.year, window.round
    rows = db.session.execute(_OF_LAO, _asked(actor.province_code, year, round_) | {"organisation_id": own})
    lines = [ReportedLine._make(line) for _lao, *line in rows]
    found = [*_found(lines, year, round_, window.closes_at), *_kept_texts(own, year, round_)]
    names = _names({sign.project_id for sign in found if sign.project_id})
    told: OwnSigns = {}
    for sign in sorted(found, key=lambda each: list(SignKind).index(each.kind)):
        address = field_address(sign.project_id, year, round_, field_of(sign)) if sign.project_id else ""
        shown = OwnSign(sign.project_id, names.get(sign.project_id or 0, ""), sign.sentence, address)
        told.setdefault(sign.kind, []).append(shown)
    return told


def _kept_texts(organisation_id: int, year: int, round_: Round) -> Iterator[FoundSign]:
    """What only a look at all LAOs shows: as the job last found it."""
    rows = db.session.execute(
        select(_S.kind, _S.project_id, _S.facts, _S.arose_at).where(
            _S.organisation_id == organisation_id,
            _S.fiscal_year == year,
            _S.round == int(round_),
            _S.kind == SignKind.SAME_TEXT,
            _S.gone_at.is_(None),
        )
    )
    return map(FoundSign._make, rows)


def _names(ids: set[int]) -> dict[int, str]:
    return dict(db.session.execute(select(_P.id, _P.name).where(_P.id.in_(ids))).all()) if ids else {}


# --- a province, by the job -------------------------------------------------------------------------
class LaoSign(NamedTuple):
    organisation_id: int
    sign: FoundSign


class Closings(NamedTuple):
    """When a round closes (None: never): for all LAOs, and for those that were given more time, by their id."""

    of_all: datetime | None
    longer: Mapping[int, datetime]

    def of(self, organisation_id: int) -> datetime | None:
        return self.longer.get(organisation_id, self.of_all)

    @property
    def last(self) -> datetime | None:
        return None if self.of_all is None else max(self.of_all, *self.longer.values(), self.of_all)


def closings(year: int, round_: Round) -> Closings:
    window = everybodys_window(year, round_)
    return Closings(window.closes_at, given_more_time(window) if window.closes_at else {})


def provinces() -> list[str]:
    return list(db.session.scalars(select(table(Province).c.code).order_by(table(Province).c.code)))


def province_signs(province_code: str, year: int, round_: Round, closing: Closings) -> list[LaoSign]:
    """What the reports of each LAO of a province show by themselves."""
    rows = db.session.execute(_OF_PROVINCE, _asked(province_code, year, round_))
    found: list[LaoSign] = []
    for id_, own in groupby(rows, key=itemgetter(0)):
        lines = [ReportedLine._make(line) for _lao, *line in own]
        found += [LaoSign(id_, sign) for sign in _found(lines, year, round_, closing.of(id_))]
    return found


# --- the country, by the job ------------------------------------------------------------------------
class LongText(NamedTuple):
    """Where a text of more than a few words stands, and the digest of its key: the text itself is not kept anywhere."""

    organisation_id: int
    project_id: int
    place: TextPlace
    digest: bytes


_OTHER_YEAR = table(ProjectYear).alias("other_year")


_OF_REPORTS = {
    TextPlace.NOTE: _R.note,
    TextPlace.REASON: _R.cannot_text,
    TextPlace.OBSTACLES: _R.obstacles,
    TextPlace.SUGGESTIONS: _R.suggestions,
}


def _texts(year: int, round_: Round) -> Iterator[tuple[TextPlace, Select[Any]]]:
    """Every place an LAO writes sentences in: (organisation, project, text) of one province, named for the index."""
    place = [
        _R.province_code == bindparam("province_code"),
        _R.fiscal_year == year,
        _R.round == int(round_),
        _R.counted,
    ]
    for where, text in _OF_REPORTS.items():
        yield where, _long(select(_R.organisation_id, _R.project_id, text).where(*place), text)
    if earlier_round(round_) is None:  # said once of a project: it is looked at in the first round of its first year
        earlier = exists().where(_OTHER_YEAR.c.project_id == _P.id, _OTHER_YEAR.c.fiscal_year < year)
        of_year = [_Y.province_code == bindparam("province_code"), _Y.fiscal_year == year, _Y.counted, ~earlier]
        joined = select(_P.organisation_id, _P.id, _P.objective).join_from(
            table(Project), table(ProjectYear), _Y.project_id == _P.id
        )
        yield TextPlace.OBJECTIVE, _long(joined.where(*of_year), _P.objective)


def _long(statement: Select[Any], text: ColumnElement[Any]) -> Select[Any]:
    return statement.where(func.length(text) >= SAME_TEXT_LETTERS)


def _long_texts(year: int, round_: Round) -> Iterator[LongText]:
    for where, statement in _texts(year, round_):
        for code in provinces():
            for organisation_id, project_id, text in db.session.execute(statement, {"province_code": code}):
                if key := text_key(text):
                    yield LongText(organisation_id, project_id, where, blake2b(key.encode(), digest_size=16).digest())


def shared_texts(year: int, round_: Round, now: datetime) -> list[LaoSign]:
    """One sign for each LAO that has a text which many have: that of the most LAOs, with a project that says it."""
    laos: dict[bytes, set[int]] = {}
    for each in _long_texts(year, round_):
        laos.setdefault(each.digest, set()).add(each.organisation_id)
    shared = {digest: len(ids) for digest, ids in laos.items() if shared_by_many(ids)}
    own: dict[int, list[LongText]] = {}
    for each in _long_texts(year, round_) if shared else ():
        if each.digest in shared:
            own.setdefault(each.organisation_id, []).append(each)
    return [LaoSign(id_, _lao_text(texts, shared, now)) for id_, texts in own.items()]


def _lao_text(own: list[LongText], shared: Mapping[bytes, int], now: datetime) -> FoundSign:
    first = min(own, key=lambda text: (-shared[text.digest], text.project_id, text.place))
    projects = {text.project_id for text in own}
    return same_text(first.project_id, first.place, shared[first.digest], len(projects), now)


# --- what is due ------------------------------------------------------------------------------------
def due(now: datetime, this_year: int) -> Iterator[tuple[int, Round]]:
    """The rounds to be searched, the latest year first."""
    searched = {(row.fiscal_year, row.round): row.searched_at for row in db.session.scalars(select(SignSearch))}
    years = sorted((year for period in periods() for year in period.years if year <= this_year), reverse=True)
    for year in years:
        for round_ in Round:
            if search_due(searched.get((year, int(round_))), closings(year, round_).last, now):
                yield year, round_
