"""Who changed what opens an account or what it may do, and from where: for its owner and for administrators."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, cast, or_, select

from app.access import Actor
from app.accounts.rules import SEEN_EVERY
from app.db import db, table
from app.history.queries import HistoryLine, history_line
from app.models import Account, AccountSession, HistoryEntry, Organisation
from app.models.enums import Action, Entity

_A, _O, _S = (table(model).c for model in (Account, Organisation, AccountSession))
# What stands in the history of an account and changes nothing of it: where somebody was, and that a link was asked for.
NO_RIGHTS = tuple(each.value for each in (Action.SIGN_IN, Action.END_SESSIONS, Action.ASK_FOR_RESET, Action.STAND))


class RightsLine(NamedTuple):
    """A change as the history has it. `whose`: the account, as people know it; `places`: browser and address of the
    sessions that whoever did it had then. A link and a command have none, nor what is older than sessions are kept."""

    told: HistoryLine
    whose: str
    places: list[str]


def changed_rights(actor: Actor, since: datetime, limit: int) -> list[RightsLine]:
    """Of the own account. Where officers sit is told to administrators, not to those whom they oversee."""
    return _rights_told(since, limit, {actor.own_account_id}, HistoryEntry.entity_key == str(actor.own_account_id))


def all_changed_rights(since: datetime, limit: int) -> list[RightsLine]:
    """What people changed of the accounts of others, the latest of the whole country: for administrators."""
    by_another = HistoryEntry.entity_key != cast(HistoryEntry.actor_id, String)
    return _rights_told(since, limit, None, or_(HistoryEntry.actor_id.is_(None), by_another))


def _rights_told(
    since: datetime, limit: int, told: Collection[int] | None, *which: ColumnElement[bool]
) -> list[RightsLine]:
    wanted = select(HistoryEntry).where(
        HistoryEntry.entity == Entity.ACCOUNT.value,
        HistoryEntry.action.not_in(NO_RIGHTS),
        HistoryEntry.at >= since,
        *which,
    )
    rows = list(db.session.scalars(wanted.order_by(HistoryEntry.id.desc()).limit(limit)))
    names = _names(int(row.entity_key) for row in rows if row.entity_key.isdecimal())
    actors = {row.actor_id for row in rows if row.actor_id is not None}
    seen = _sessions(actors if told is None else actors & set(told))
    return [RightsLine(history_line(row), names.get(row.entity_key, ""), _places(row, seen)) for row in rows]


def _names(ids: Iterable[int]) -> dict[str, str]:
    """LAOs with their code, staff by name; by the key of the account."""
    who = select(_A.id, _A.display_name, _O.name, _O.code).select_from(
        table(Account).outerjoin(table(Organisation), _O.id == _A.organisation_id)
    )
    rows = db.session.execute(who.where(_A.id.in_(set(ids))))
    return {str(row.id): f"{row.name} ({row.code})" if row.code else row.display_name or "" for row in rows}


class SeenSession(NamedTuple):
    account_id: int
    begun_at: datetime
    until: datetime
    place: str


def _sessions(account_ids: Collection[int]) -> list[SeenSession]:
    columns = _S.account_id, _S.begun_at, _S.ended_at, _S.last_seen_at, _S.browser, _S.address
    rows = db.session.execute(select(*columns).where(_S.account_id.in_(account_ids)).order_by(_S.id))
    return [
        SeenSession(id_, begun_at, ended_at or last_seen_at + SEEN_EVERY, _place(browser, address))
        for id_, begun_at, ended_at, last_seen_at, browser, address in rows
    ]


def _place(browser: str, address: str) -> str:
    return f"{browser or 'ไม่ทราบเครื่อง'} จาก {address or 'ไม่ทราบที่'}"


def _places(row: HistoryEntry, seen: list[SeenSession]) -> list[str]:
    """Each once, in the order in which they were begun."""
    own = (each for each in seen if each.account_id == row.actor_id and each.begun_at <= row.at <= each.until)
    return list(dict.fromkeys(each.place for each in own))
