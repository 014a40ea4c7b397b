"""One report line with all that deciding on it needs. It takes the actor and sees only its own LAO's."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from app.access import Actor
from app.db import db, table
from app.errors import NotTheirs
from app.lao.projects.queries import amount_questions
from app.lao.projects.rules import counts
from app.lao.reporting.rules import ReportFacts
from app.lao.signs.rules import ReportedLine, earlier_round, line_signs
from app.models import HistoryEntry, PlanYear, Project, ProjectYear, Report, Window, WindowException
from app.models.enums import Action, Entity, Kind, PlanStatus, ReportStatus, ReviewStatus, Round
from app.plans.rules import ReportWindow, report_window

_P, _Y, _R = table(Project).c, table(ProjectYear).c, table(Report).c
_H = HistoryEntry
SETTLED = frozenset({ReportStatus.DONE, ReportStatus.CANNOT})


@dataclass(frozen=True)
class ReportDetail:
    """One report line, with all that deciding on it needs. `others`: its status in each other round that it is in."""

    project_id: int
    name: str
    kind: Kind
    dimension: int
    quarters: tuple[int, ...]
    target_group: str
    objective: str
    planned: Decimal | None
    year: int
    version: int
    review_status: ReviewStatus
    plan_status: PlanStatus
    window: ReportWindow
    facts: ReportFacts
    reported_at: datetime | None
    others: Mapping[Round, ReportStatus | None]

    def sentences(self, round_: Round) -> list[str]:
        """What should be checked in its report of the round, as it is kept; nothing in one that does not count."""
        if not counts(self.review_status, deleted=False):
            return []
        facts, saves = self.facts, self.version - 1  # a line is made with version 1, and each save raises it
        amounts, before = (self.planned, facts.ordinance_budget, facts.spent), earlier_round(round_)
        earlier = self.others.get(before) if before else None
        line = ReportedLine(self.project_id, facts.status, *amounts, self.reported_at, saves, earlier)
        return [sign.sentence for sign in line_signs(line, round_)]

    @property
    def waits(self) -> bool:
        return self.facts.status is ReportStatus.NOT_REPORTED


_FACTS = [each.name for each in fields(ReportFacts)]
_PY, _W, _X = table(PlanYear).c, table(Window).c, table(WindowException).c
# The report lines of a project's other rounds, by the name of what their round is put in for.
OTHERS = {f"other_{number}": table(Report).alias(f"other_{number}") for number in range(1, len(Round))}
_OTHER_STATUSES = (
    select(other.c.status)
    .where(other.c.project_id == _R.project_id, other.c.fiscal_year == _R.fiscal_year, other.c.round == bindparam(name))
    .scalar_subquery()
    for name, other in OTHERS.items()
)
_OWN_LINES = (
    select(
        _P.id,
        _P.name,
        _P.kind,
        _P.dimension,
        _P.quarters,
        _P.target_group,
        _P.objective,
        _P.review_status,
        _Y.plan_budget_satang.label("planned"),
        _R.version,
        _R.status,
        _R.ordinance_budget_satang.label("ordinance_budget"),
        _R.spent_satang.label("spent"),
        _R.cannot_reason,
        _R.cannot_text,
        _R.note,
        _R.obstacles,
        _R.suggestions,
        _R.reported_at,
        _PY.status.label("plan_status"),
        _W.opens_at,
        _W.closes_at,
        _X.closes_at.label("extended_until"),
        *_OTHER_STATUSES,
    )
    .select_from(
        table(Report)
        .join(table(Project), _P.id == _R.project_id)
        .join(table(ProjectYear), and_(_Y.project_id == _R.project_id, _Y.fiscal_year == _R.fiscal_year))
        .outerjoin(table(PlanYear), and_(_PY.organisation_id == _R.organisation_id, _PY.fiscal_year == _R.fiscal_year))
        .outerjoin(table(Window), and_(_W.fiscal_year == _R.fiscal_year, _W.round == _R.round))
        .outerjoin(
            table(WindowException),
            and_(_X.organisation_id == _R.organisation_id, _X.fiscal_year == _R.fiscal_year, _X.round == _R.round),
        )
    )
    .where(
        _R.fiscal_year == bindparam("year"),
        _R.round == bindparam("round"),
        _R.organisation_id == bindparam("organisation_id"),
        _P.deleted_at.is_(None),
    )
)
_DETAIL = _OWN_LINES.where(_R.project_id == bindparam("project_id"))
# By the index of an LAO's projects: lines of reports have none that begins with their LAO.
_DETAILS = _OWN_LINES.where(_P.organisation_id == bindparam("organisation_id")).order_by(_P.id)


def report_detail(actor: Actor, project_id: int, year: int, round_: Round) -> ReportDetail:
    """One report line of the actor's LAO. Raises NotTheirs for any other, a deleted or an unknown one."""
    row = db.session.execute(_DETAIL, _own_lines(actor, year, round_) | {"project_id": project_id}).first()
    if row is None:
        raise NotTheirs
    return _report_detail(row, year, round_)


def report_details(actor: Actor, year: int, round_: Round) -> list[ReportDetail]:
    """Every report line of the actor's LAO in a round, those of rejected projects too, in the order of the list."""
    rows = db.session.execute(_DETAILS, _own_lines(actor, year, round_))
    return [_report_detail(row, year, round_) for row in rows]


def _own_lines(actor: Actor, year: int, round_: Round) -> dict[str, Any]:
    own = {"organisation_id": actor.own_organisation_id, "year": year, "round": int(round_)}
    return own | put_in_for_others(round_)


def other_rounds(round_: int) -> list[Round]:
    return [each for each in Round if each != round_]


def put_in_for_others(round_: int) -> dict[str, int]:
    return dict(zip(OTHERS, map(int, other_rounds(round_)), strict=True))


def _report_detail(row: Any, year: int, round_: Round) -> ReportDetail:
    window = (row.opens_at, row.closes_at) if row.opens_at else None
    return ReportDetail(
        project_id=row.id,
        name=row.name,
        kind=row.kind,
        dimension=row.dimension,
        quarters=row.quarters,
        target_group=row.target_group,
        objective=row.objective,
        planned=row.planned,
        year=year,
        version=row.version,
        review_status=row.review_status,
        plan_status=row.plan_status or PlanStatus.NOT_SENT,
        window=report_window(year, round_, window, row.extended_until),
        facts=ReportFacts(**{name: getattr(row, name) for name in _FACTS}),
        reported_at=row.reported_at,
        others=dict(zip(other_rounds(round_), row[-len(OTHERS) :], strict=True)),
    )


def known_ordinance(actor: Actor, project_id: int, year: int, *, besides: Round) -> Decimal | None:
    """The ordinance budget that another round of a project has, the earliest first, in baht; None where none has."""
    here = (_R.project_id == project_id, _R.fiscal_year == year, _R.round != int(besides))
    known = (_R.organisation_id == actor.own_organisation_id, _R.ordinance_budget_satang.is_not(None))
    return db.session.scalar(select(_R.ordinance_budget_satang).where(*known, *here).order_by(_R.round).limit(1))


def starting_facts(actor: Actor, line: ReportDetail, round_: Round) -> ReportFacts:
    """What a form of the report starts from: a round not reported yet has another round's ordinance budget."""
    if line.facts.status is not ReportStatus.NOT_REPORTED:
        return line.facts
    return replace(line.facts, ordinance_budget=known_ordinance(actor, line.project_id, line.year, besides=round_))


def report_questions(actor: Actor, line: ReportDetail, facts: ReportFacts) -> dict[str, str]:
    """What to ask about amounts that are new or changed, by the name of the fact."""
    typed = {"ordinance_budget": facts.ordinance_budget, "spent": facts.spent}
    changed = {name: amount for name, amount in typed.items() if amount and amount != getattr(line.facts, name)}
    return amount_questions(actor, changed, line.planned) if changed else {}


_OTHER = table(Report).alias("other")
_NOT_REPORTED = (
    _R.province_code == bindparam("province_code"),  # as the one index of counts has it
    _R.organisation_id == bindparam("organisation_id"),
    _R.fiscal_year == bindparam("year"),
    _R.round == bindparam("round"),
    _R.counted,
    _R.status == ReportStatus.NOT_REPORTED,
)
_KNOWN = (
    select(_OTHER.c.project_id, _OTHER.c.ordinance_budget_satang)
    .join(table(Report), and_(_R.project_id == _OTHER.c.project_id, _R.fiscal_year == _OTHER.c.fiscal_year))
    .where(*_NOT_REPORTED, _OTHER.c.round != _R.round, _OTHER.c.ordinance_budget_satang.is_not(None))
    .order_by(_OTHER.c.round.desc())
)


def _own_round(actor: Actor, year: int, round_: Round) -> dict[str, Any]:
    own = {"organisation_id": actor.own_organisation_id, "province_code": actor.province_code}
    return own | {"year": year, "round": int(round_)}


def known_ordinances(actor: Actor, year: int, *, besides: Round) -> dict[int, Decimal]:
    """The same for every project that is not reported in that round, by its id."""
    place = _own_round(actor, year, besides)
    found: dict[int, Decimal] = dict(db.session.execute(_KNOWN, place).all())  # the earliest stays
    return found


class TogetherReported(NamedTuple):
    """One of the reports that a deed on many made. `since`: somebody has changed it since."""

    project_id: int
    before: dict[str, Any] | None
    since: bool


def reported_together(actor: Actor, year: int, round_: Round, at: datetime) -> list[TogetherReported]:
    """What the actor reported of a round in one deed, at that very moment, as the history has it."""
    later = aliased(HistoryEntry)
    same = (later.entity == _H.entity, later.entity_key == _H.entity_key, later.organisation_id == _H.organisation_id)
    entries = select(_H.entity_key, _H.before, exists().where(*same, later.id > _H.id)).where(
        _H.organisation_id == actor.own_organisation_id,
        _H.actor_id == actor.account_id,
        _H.at == at,
        _H.entity == Entity.REPORT.value,
        _H.action.in_([Action.REPORT.value, Action.CORRECT_REPORT.value]),
        _H.entity_key.like(f"%/{year}/{int(round_)}"),
    )
    rows = db.session.execute(entries.order_by(_H.id))
    return [TogetherReported(int(key.split("/")[0]), before, since) for key, before, since in rows]


def to_take_over(actor: Actor, year: int, round_: Round) -> dict[int, ReportFacts]:
    """What an earlier round says of each project not reported in this one, where nothing more is to come: it is done,
    or cannot be done."""
    found: dict[int, ReportFacts] = {}
    for earlier in (each for each in Round if each < round_):
        for line in report_details(actor, year, earlier):
            if line.review_status is not ReviewStatus.REJECTED and line.facts.status in SETTLED:
                found[line.project_id] = line.facts
    waiting = {line.project_id for line in report_details(actor, year, round_) if line.waits} if found else set()
    return {id_: facts for id_, facts in found.items() if id_ in waiting}


_TO_TAKE_OVER = (
    select(func.count(_R.project_id.distinct()))
    .join(_OTHER, and_(_OTHER.c.project_id == _R.project_id, _OTHER.c.fiscal_year == _R.fiscal_year))
    .where(*_NOT_REPORTED, _OTHER.c.round < _R.round, _OTHER.c.status.in_(SETTLED))
)


def take_over_count(actor: Actor, year: int, round_: Round) -> int:
    """How many they are."""
    return db.session.scalar(_TO_TAKE_OVER, _own_round(actor, year, round_)) or 0
