"""Reads for the desk of LAO accounts: those of the actor's provinces. A code is told to whoever has its secret."""

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from app.access import Actor
from app.accounts.activation import kept_of
from app.accounts.rules import ACTIVATION_LIFETIME, activation_code_from
from app.clock import thai_date
from app.db import db, table
from app.errors import NotTheirs
from app.history.rules import action_label
from app.models import Account, District, HistoryEntry, Organisation, Profile, Province
from app.models.enums import Action, Entity
from app.nacc.desk.queries import IN_THAI_ORDER, PAGE_SIZE, filtered_laos, in_scope, place_words, with_places
from app.nacc.lao_accounts.rules import AccountFilter, AccountState, code_words

_A, _O, _D, _P, _C = (table(model).c for model in (Account, Organisation, District, Province, Profile))


class AccountRow(NamedTuple):
    """One LAO's account, ready to print."""

    account_id: int
    organisation_id: int
    code: str
    name: str
    place: str
    contact: str
    email: str
    claimed: bool
    claimed_at: datetime | None
    last_login_at: datetime | None
    locked: bool
    code_state: str


class AccountHistoryLine(NamedTuple):
    at: datetime
    actor: str
    words: str
    reason: str


def _in_state(state: AccountState, now: datetime) -> ColumnElement[bool]:
    live = and_(_A.activation_expires_at.is_not(None), _A.activation_expires_at > now)
    return {
        AccountState.UNCLAIMED: _A.password_hash.is_(None),
        AccountState.NO_CODE: and_(_A.password_hash.is_(None), ~live),
        AccountState.CLAIMED: _A.password_hash.is_not(None),
        AccountState.NEVER: _A.last_login_at.is_(None),
        AccountState.LOCKED: _A.locked_at.is_not(None),
    }[state]


def _wanted_accounts(actor: Actor, asked: AccountFilter, now: datetime) -> list[ColumnElement[bool]]:
    state = [_in_state(AccountState(asked.state), now)] if asked.state else []
    return [*filtered_laos(actor, asked), *state]


_JOINED = table(Account).join(table(Organisation), _O.id == _A.organisation_id)


def _account_statement(*wanted: ColumnElement[bool]) -> Select[Any]:
    places = with_places(_JOINED).outerjoin(table(Profile), _C.organisation_id == _O.id)
    columns = (
        *(_A.id, _A.organisation_id, _O.code, _O.name, _P.name.label("province"), _D.name.label("district")),
        *(_A.password_hash.is_not(None).label("claimed"), _A.claimed_at, _A.last_login_at, _A.locked_at),
        *(_A.activation_expires_at, _C.contact_name, _C.email),
    )
    return select(*columns).select_from(places).where(*wanted).order_by(*IN_THAI_ORDER)


def _account_row(row: Row[*tuple[Any, ...]], now: datetime) -> AccountRow:
    until = row.activation_expires_at
    return AccountRow(
        row.id,
        row.organisation_id,
        row.code,
        row.name,
        place_words(row.province, row.district),
        row.contact_name or "",
        row.email or "",
        bool(row.claimed),
        row.claimed_at,
        row.last_login_at,
        row.locked_at is not None,
        code_words(bool(row.claimed), until, now, thai_date(until, short=True) if until else ""),
    )


def account_rows(actor: Actor, asked: AccountFilter, now: datetime) -> list[AccountRow]:
    """One page of accounts: by province, district and name in Thai order."""
    statement = _account_statement(*_wanted_accounts(actor, asked, now))
    rows = db.session.execute(statement.limit(PAGE_SIZE).offset((asked.page - 1) * PAGE_SIZE))
    return [_account_row(row, now) for row in rows]


def every_account(actor: Actor, asked: AccountFilter, now: datetime) -> list[AccountRow]:
    """All pages of them."""
    return [
        _account_row(row, now) for row in db.session.execute(_account_statement(*_wanted_accounts(actor, asked, now)))
    ]


def account_total(actor: Actor, asked: AccountFilter, now: datetime) -> int:
    statement = select(func.count()).select_from(_JOINED).where(*_wanted_accounts(actor, asked, now))
    return db.session.scalar(statement) or 0


def state_counts(actor: Actor, asked: AccountFilter, now: datetime) -> dict[AccountState, int]:
    """How many accounts are in each state under the same filters, whatever the filter of states says."""
    everything = replace(asked, state="")
    numbers = [func.count().filter(_in_state(state, now)) for state in AccountState]
    row = db.session.execute(
        select(*numbers).select_from(_JOINED).where(*_wanted_accounts(actor, everything, now))
    ).one()
    return dict(zip(AccountState, row, strict=True))


def states_by_province(actor: Actor, asked: AccountFilter, now: datetime) -> dict[str, dict[AccountState, int]]:
    """The same by province; one without accounts is missing."""
    numbers = [func.count().filter(_in_state(state, now)) for state in AccountState]
    counted = select(_O.province_code, *numbers).select_from(_JOINED)
    rows = db.session.execute(
        counted.where(*_wanted_accounts(actor, replace(asked, state=""), now)).group_by(_O.province_code)
    )
    return {code: dict(zip(AccountState, found, strict=True)) for code, *found in rows}


def account_of(actor: Actor, organisation_id: int, now: datetime) -> AccountRow:
    """The account of one LAO. Raises NotTheirs outside the actor's provinces."""
    row = db.session.execute(
        _account_statement(in_scope(actor), _O.closed_at.is_(None), _O.id == organisation_id)
    ).first()
    if row is None:
        raise NotTheirs
    return _account_row(row, now)


class UnclaimedAccounts(NamedTuple):
    """Accounts that new codes go to: their ids, in the order of the list. `with_code`: have one that still works."""

    ids: list[int]
    with_code: int


def unclaimed(actor: Actor, asked: AccountFilter, now: datetime) -> UnclaimedAccounts:
    """Those of the filtered accounts that have no password and are not locked."""
    wanted = (*_wanted_accounts(actor, asked, now), _A.password_hash.is_(None), _A.locked_at.is_(None))
    rows = db.session.execute(_account_statement(*wanted)).all()
    live = [row for row in rows if row.activation_expires_at is not None and now < row.activation_expires_at]
    return UnclaimedAccounts([row.id for row in rows], len(live))


class CodeLine(NamedTuple):
    """A new activation code of an LAO, and until when it is good, in words."""

    row: AccountRow
    activation: str
    until: str


def issued_codes(actor: Actor, secret: bytes, at: datetime, now: datetime) -> list[CodeLine]:
    """The codes that the actor made of `secret` at that moment, but not those that were used or replaced since."""
    mine = HistoryEntry.actor_id == actor.account_id, HistoryEntry.at == at
    keys = db.session.scalars(
        select(HistoryEntry.entity_key).where(*mine, HistoryEntry.action == Action.ISSUE_CODE.value)
    )
    codes = {id_: activation_code_from(secret, id_) for id_ in map(int, keys)}
    stored = select(_A.id, _A.activation_hash).where(_A.id.in_(codes), _A.password_hash.is_(None))
    good = [id_ for id_, kept in db.session.execute(stored) if kept == kept_of(codes[id_])]
    until = thai_date(at + ACTIVATION_LIFETIME)
    rows = db.session.execute(_account_statement(in_scope(actor), _A.id.in_(good)))
    return [CodeLine(_account_row(row, now), codes[row.id], until) for row in rows]


def account_history(actor: Actor, row: AccountRow) -> list[AccountHistoryLine]:
    """What happened to the account, the latest first."""
    del actor  # `row` was read for it
    entries = db.session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.entity == Entity.ACCOUNT.value, HistoryEntry.entity_key == str(row.account_id))
        .order_by(HistoryEntry.id.desc())
        .limit(20)
    )
    return [AccountHistoryLine(each.at, each.actor_name, action_label(each.action), each.reason) for each in entries]
