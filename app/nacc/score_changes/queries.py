"""Changes of published scores that wait for a second person, of all the LAOs somebody oversees."""

from typing import NamedTuple

from app.access import Actor
from app.db import db, table
from app.models import District, Organisation, Province, ScoreChange
from app.nacc.desk.queries import PAGE_SIZE, place_words
from app.nacc.evaluation.queries import CHANGE, change_of, waiting_statement
from app.nacc.evaluation.rules import ProposedChange

_O, _C, _D, _P = (table(model).c for model in (Organisation, ScoreChange, District, Province))


class WaitingChange(NamedTuple):
    """A proposed change of published scores, and whose scores they are."""

    organisation_id: int
    name: str
    place: str
    year: int
    change: ProposedChange


def waiting_list(actor: Actor, page: int) -> list[WaitingChange]:
    """A page of all proposed changes the actor oversees, of all years: what waits longest comes first."""
    columns = (_O.id, _O.name, _P.name, _D.name, _C.fiscal_year, *CHANGE)
    wanted = waiting_statement(actor, *columns).order_by(_C.proposed_at, _O.id, _C.fiscal_year)
    rows = db.session.execute(wanted.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return [
        WaitingChange(id_, name, place_words(province, district), year, change_of(*facts))
        for id_, name, province, district, year, *facts in rows
    ]
