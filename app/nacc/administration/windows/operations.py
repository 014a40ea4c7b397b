"""More time for many LAOs at once, and taking it back. Each LAO has its entry."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.access import Actor
from app.db import db
from app.errors import NotTheirs, Refusal
from app.history.operations import entry, record_all
from app.lao.fixed_rounds.operations import reopen
from app.models import WindowException
from app.models.enums import Action, Entity, Round
from app.nacc.administration.rules import more_time_problem
from app.nacc.administration.windows import queries
from app.nacc.administration.windows.rules import GivenTime
from app.plans.queries import everybodys_window, window_for


def give_many_more_time(
    actor: Actor, ids: Sequence[int], year: int, round_: Round, closes_at: datetime, reason: str, now: datetime
) -> GivenTime:
    """Let these LAOs report until `closes_at`; one that may as long already keeps what it has.

    Raises Refusal where it would be no more time.
    """
    if problem := more_time_problem(closes_at, everybodys_window(year, round_), now):
        raise Refusal(problem, "until")
    here = (WindowException.fiscal_year == year, WindowException.round == int(round_))
    kept = select(WindowException).where(WindowException.organisation_id.in_(ids), *here).with_for_update()
    known = {row.organisation_id: row for row in db.session.scalars(kept)}
    longer = [id_ for id_ in ids if id_ not in known or known[id_].closes_at < closes_at]
    after, told = {"closes_at": closes_at, "reason": reason}, []
    for id_ in longer:
        row = known.get(id_)
        before = {"closes_at": row.closes_at, "reason": row.reason} if row else None
        if row is None:
            row = WindowException(organisation_id=id_, fiscal_year=year, round=int(round_))
            db.session.add(row)
        row.closes_at, row.reason, row.given_by_id = closes_at, reason, actor.account_id
        key = f"{year}/{int(round_)}"
        told.append(entry(actor, Action.GIVE_MORE_TIME, Entity.WINDOW, key, id_, before, after, reason, now))
    db.session.flush()
    record_all(told)
    for id_ in longer:
        reopen(actor, window_for(id_, year, round_), now, id_)
    return GivenTime(len(longer), len(ids) - len(longer))


def withdraw_time(
    actor: Actor, organisation_id: int, year: int, round_: int, ids: Sequence[int], reason: str, now: datetime
) -> int:
    """Take the time back that one LAO was given, from those of `ids` that were given it together; from how many.

    Raises NotTheirs where it has none. A round that everybody's window has closed is closed for them from now on.
    """
    given = db.session.get(WindowException, (organisation_id, year, round_))
    if given is None:
        raise NotTheirs
    rows = list(db.session.scalars(queries.given_together(given, ids).with_for_update()))
    told = []
    for row in rows:
        before = {"closes_at": row.closes_at, "reason": row.reason}
        key = f"{year}/{round_}"
        told.append(
            entry(actor, Action.WITHDRAW_TIME, Entity.WINDOW, key, row.organisation_id, before, None, reason, now)
        )
        db.session.delete(row)
    db.session.flush()
    record_all(told)
    return len(rows)
