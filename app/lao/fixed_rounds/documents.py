"""The projects of rounds that closed, read from their documents. It is public: no actor is asked for.

What a project is called is looked up: a document keeps no words of an LAO.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from app.db import db, table
from app.lao.fixed_rounds.rules import ClosedRound, Edition, FixedLine, LaoFacts, lines_of
from app.models import FixedDocument, FixedRound, Project, Report
from app.models.enums import Kind, Round

_F, _J, _P, _R = (table(model).c for model in (FixedRound, FixedDocument, Project, Report))


def edition_in_force(organisation_id: int, year: int, round_: Round) -> Edition | None:
    """The edition of a round that is shown, whole; None while the round is live."""
    here = (_F.organisation_id == organisation_id, _F.fiscal_year == year, _F.round == int(round_), _F.in_force)
    row = db.session.execute(
        select(_F.edition, _F.closed_at, _J.document, *(_F[name] for name in LaoFacts._fields))
        .join_from(table(FixedRound), table(FixedDocument), _J.fixed_round_id == _F.id)
        .where(*here)
    ).first()
    if row is None:
        return None
    number, closed_at, document, *lao = row
    closed = ClosedRound(year, round_, closed_at)
    return Edition(organisation_id, closed, number, LaoFacts._make(lao), lines_of(document))


class FixedProject(NamedTuple):
    """A project in a closed round, with the words it bears now."""

    line: FixedLine
    name: str
    kind: Kind
    cannot_text: str | None


def fixed_projects(
    ids: Iterable[int], year: int, round_: Round, connection: Connection | None = None
) -> dict[int, list[FixedProject]]:
    """Every project of those LAOs whose result is fixed, by organisation id, in the order of their numbers."""
    reads = connection or db.session
    here = (_F.organisation_id.in_(ids), _F.fiscal_year == year, _F.round == int(round_), _F.in_force)
    kept = reads.execute(
        select(_F.organisation_id, _J.document)
        .join_from(table(FixedRound), table(FixedDocument), _J.fixed_round_id == _F.id)
        .where(*here)
    )
    lines = {organisation_id: lines_of(document) for organisation_id, document in kept}
    in_round = and_(_R.project_id == _P.id, _R.fiscal_year == year, _R.round == int(round_))
    words = reads.execute(
        select(_P.id, _P.name, _P.kind, _R.cannot_text)
        .outerjoin_from(table(Project), table(Report), in_round)
        .where(_P.organisation_id.in_(ids))
    )
    called = {id_: (name, kind, text) for id_, name, kind, text in words}
    return {
        organisation_id: [FixedProject(line, *called[line.project_id]) for line in some]
        for organisation_id, some in lines.items()
    }
