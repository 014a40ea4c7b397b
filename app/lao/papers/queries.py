"""What the papers of an LAO say: its plan, and a round as it was fixed or stands now. Each read takes the actor."""

from datetime import datetime

from sqlalchemy import and_, bindparam, select

from app.access import Actor
from app.db import db, table
from app.lao.fixed_rounds.documents import edition_in_force
from app.lao.papers.rules import Executive, PlannedProject, ReportedProject, RoundTold, position
from app.lao.profile.queries import profile
from app.lao.sending.queries import receipts, round_to_send
from app.models import Project, ProjectYear, Report
from app.models.enums import Round
from app.plans.rules import Period
from app.registry.queries import place_of

_P, _Y, _R = table(Project).c, table(ProjectYear).c, table(Report).c
_PLANNED = (
    select(_P.id, _P.name, _P.kind, _P.dimension, _P.sub_heading, _Y.fiscal_year, _Y.plan_budget_satang)
    .join_from(table(Project), table(ProjectYear), _Y.project_id == _P.id)
    .where(_P.organisation_id == bindparam("organisation_id"), _P.plan_period_id == bindparam("period_id"), _P.counted)
    .order_by(_P.dimension, _P.id, _Y.fiscal_year)
)
_WORDS = (
    select(_P.id, _P.name, _P.kind, _R.cannot_text, _R.note, _R.obstacles, _R.suggestions)
    .outerjoin_from(
        table(Project),
        table(Report),
        and_(_R.project_id == _P.id, _R.fiscal_year == bindparam("year"), _R.round == bindparam("round")),
    )
    .where(_P.organisation_id == bindparam("organisation_id"))
)


def executive(actor: Actor) -> Executive:
    """Who signs for the LAO; without a name until its profile has one."""
    known, place = profile(actor), place_of(actor.own_organisation_id)
    return Executive(known.executive_name if known else "", position(place.type, place.name))


def planned_projects(actor: Actor, period: Period) -> list[PlannedProject]:
    """All of the LAO's plan that count in any of its years, by dimension and number."""
    rows = db.session.execute(_PLANNED, {"organisation_id": actor.own_organisation_id, "period_id": period.id})
    found: dict[int, PlannedProject] = {}
    for id_, name, kind, dimension, below, year, budget in rows:
        found.setdefault(id_, PlannedProject(name, kind, dimension, {}, below)).budgets[year] = budget
    return list(found.values())


def round_told(actor: Actor, year: int, round_: Round, now: datetime) -> RoundTold:
    """A round of the actor's LAO: as it was fixed where it has closed, else as it stands now."""
    round_now = round_to_send(actor, year, round_, now)
    asked = {"organisation_id": round_now.organisation_id, "year": year, "round": int(round_)}
    words = {id_: said for id_, *said in db.session.execute(_WORDS, asked)}
    fixed = edition_in_force(round_now.organisation_id, year, round_)
    sent = receipts(round_now.organisation_id, year, round_)
    projects = [ReportedProject(line, *words[line.project_id]) for line in round_now.lines if line.counted]
    return RoundTold(
        round_now,
        sorted(projects, key=lambda each: (each.line.dimension, each.line.project_id)),
        fixed,
        sent[0] if sent else None,
    )
