"""Reads of a round that is to be sent, and of receipts: each takes the actor and sees only its own LAO's."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from app.access import Actor
from app.db import db, read_once, table
from app.errors import NotTheirs
from app.lao.fixed_rounds.queries import lines_of_one
from app.lao.sending.rules import Receipt, RoundToSend, receipt_of
from app.models import HistoryEntry
from app.models.enums import Entity, Round
from app.plans.queries import window_for, year_gates
from app.plans.rules import closed_year_sentence, open_years
from app.registry.queries import place_of

_H = table(HistoryEntry).c
KEYS_AT_ONCE = 500
_RECEIPTS = select(_H.id, _H.at, _H.entity_key, _H.after, _H.reason).where(_H.entity == Entity.SENT_ROUND.value)


def round_to_send(actor: Actor, year: int, round_: Round, now: datetime) -> RoundToSend:
    """A round of the actor's LAO as it stands now."""
    own, gates = actor.own_organisation_id, year_gates(actor)
    passed = year in open_years(gates)
    place = place_of(own)
    closed = window_for(own, year, round_).refusal(now) if passed else closed_year_sentence(year, gates)
    return RoundToSend(own, place.code, place.whole_name, year, round_, passed, closed, lines_of_one(own, year, round_))


def round_key(organisation_id: int, year: int, round_: Round) -> str:
    """How the history names a round that was sent."""
    return f"{organisation_id}/{year}/{int(round_)}"


def receipts(organisation_id: int, year: int, round_: Round) -> Sequence[Receipt]:
    """All of one round, the latest first."""
    here = _H.entity_key == round_key(organisation_id, year, round_)
    return [receipt_of(*row) for row in db.session.execute(_RECEIPTS.where(here).order_by(_H.id.desc()))]


def said_nothing(empty: Iterable[int], year: int, round_: Round) -> set[int]:
    """Those of the LAOs, all of them without a project in that round, that answered that there is nothing to report.

    What was answered falls away when a project is added: the LAO is then not among the `empty`.
    """
    return set(_said_nothing(frozenset(empty), year, round_))


@read_once
def _said_nothing(empty: frozenset[int], year: int, round_: Round) -> list[int]:
    ids, last = sorted(empty), dict[int, bool]()
    for first in range(0, len(ids), KEYS_AT_ONCE):
        keys = [round_key(id_, year, round_) for id_ in ids[first : first + KEYS_AT_ONCE]]
        rows = db.session.execute(_RECEIPTS.where(_H.entity_key.in_(keys)).order_by(_H.id))
        last |= {told.organisation_id: told.says_nothing for told in (receipt_of(*row) for row in rows)}
    return [id_ for id_, nothing in last.items() if nothing]


def own_receipt(actor: Actor, entry_id: int) -> Receipt:
    """Raises NotTheirs for any other."""
    here = (_H.id == entry_id, _H.organisation_id == actor.own_organisation_id)
    row = db.session.execute(_RECEIPTS.where(*here)).first()
    if row is None:
        raise NotTheirs
    return receipt_of(*row)


def word_since(receipt: Receipt) -> str:
    """What became of the round after it was sent, in Thai; empty where nothing did."""
    of = (receipt.organisation_id, receipt.year, receipt.round)
    return receipt.word_since(receipts(*of)[0].id, lines_of_one(*of))
