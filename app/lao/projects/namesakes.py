"""Projects of one plan that may be the same: reads for what is pointed out, never refused."""

from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, func, select

from app.access import Actor
from app.db import db, table
from app.lao.projects.queries import year_budgets
from app.lao.projects.rules import alike, same_words
from app.models import Project, ProjectYear

_P, _Y = table(Project).c, table(ProjectYear).c
_OWN = and_(_P.organisation_id == bindparam("organisation_id"), _P.deleted_at.is_(None))


class Namesake(NamedTuple):
    """Another project of the LAO with the same words for a name, and its number in the list of its first year."""

    id: int
    number: int
    year: int


def namesake(actor: Actor, project_id: int) -> Namesake | None:
    """The first other project with the name of this one, whatever spaces and digits it is written with.

    In the same plan: that of the last period may well go on in this one.
    """
    own_period = select(_P.plan_period_id).where(_P.id == project_id).scalar_subquery()
    words = {id_: same_words(name) for id_, name in _names(actor, own_period).items()}
    wanted = words.get(project_id)
    other = next((id_ for id_, each in words.items() if each == wanted and id_ != project_id), None)
    return None if other is None else Namesake(other, *_place_in_list(actor, other))


def _names(actor: Actor, period_id: Any) -> dict[int, str]:
    """The name of every project of that plan, by id."""
    named = select(_P.id, _P.name).where(_OWN, _P.plan_period_id == period_id).order_by(_P.id)
    return dict(db.session.execute(named, {"organisation_id": actor.own_organisation_id}).all())


class Lookalike(NamedTuple):
    """A project of the plan that may be the one whose name is being typed; `same` but for spaces, digits and kind."""

    place: Namesake
    name: str
    same: bool


def lookalikes(actor: Actor, period_id: int, name: str, but: int) -> list[Lookalike]:
    """The likeliest of them, at most a few; `but`: the project that is being changed itself."""
    others = {id_: other for id_, other in _names(actor, period_id).items() if id_ != but}
    return [
        Lookalike(Namesake(id_, *_place_in_list(actor, id_)), others[id_], same) for id_, same in alike(name, others)
    ]


def _place_in_list(actor: Actor, project_id: int) -> tuple[int, int]:
    """Its number in the list of the first year it runs in, and that year."""
    year = min(year_budgets(project_id))
    before = _P.id <= project_id, exists().where(_Y.project_id == _P.id, _Y.fiscal_year == year)
    counted = select(func.count()).select_from(table(Project)).where(_OWN, *before)
    return db.session.scalar(counted, {"organisation_id": actor.own_organisation_id}) or 0, year
