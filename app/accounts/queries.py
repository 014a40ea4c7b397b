"""Who somebody is: at sign-in, and at every request after it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, bindparam, func, or_, select, true

from app.access import Actor
from app.accounts.rules import sign_in_name
from app.db import db, table
from app.mails.rules import RESET
from app.models import Account, AccountProvince, HistoryEntry, MailLog, Organisation, PasswordReset, Profile, Project
from app.models.enums import Action, Entity, Role
from app.registry.queries import once_called

_A, _O, _P = table(Account).c, table(Organisation).c, table(Project).c
_IDENTITY = select(
    _A.id,
    _A.role,
    _A.session_epoch,
    _A.password_hash,
    _A.locked_at,
    _A.display_name,
    _A.organisation_id,
    _A.activation_hash,
    _A.activation_expires_at,
    _O.code,
    _O.name,
    _O.province_code,
    _O.closed_at,
).select_from(table(Account).outerjoin(table(Organisation), _O.id == _A.organisation_id))
# Asked at every request: made once.
_BY_ID = _IDENTITY.where(_A.id == bindparam("account_id"))


@dataclass(frozen=True)
class Credentials:
    """What signing in is checked against. No password hash: not claimed yet."""

    account_id: int
    role: Role
    password_hash: str | None
    activation_hash: str | None
    activation_expires_at: datetime | None
    locked: bool


def credentials(username: str) -> Credentials | None:
    """The account `username` signs in to: an LAO by its present or a former code, staff by name."""
    username = sign_in_name(username)
    row = db.session.execute(
        _IDENTITY.where(
            or_(
                Organisation.code == username,
                Account.username == username,
                Account.organisation_id.in_(once_called(username)),
            ),
            or_(Organisation.id.is_(None), Organisation.closed_at.is_(None)),
        )
    ).first()
    if row is None:
        return None
    return Credentials(
        row.id, row.role, row.password_hash, row.activation_hash, row.activation_expires_at, row.locked_at is not None
    )


def load_actor(session_id: str) -> Actor | None:
    """The actor a session stands for; None once its epoch has passed, or the account is locked, closed or gone."""
    account_id, epoch, mode = session_id.split(".")
    row = db.session.execute(_BY_ID, {"account_id": int(account_id)}).first()
    if row is None or row.session_epoch != int(epoch) or row.locked_at is not None or row.closed_at is not None:
        return None
    claiming = mode == "claim"
    if claiming != (row.password_hash is None):
        return None
    return _actor(row, claiming=claiming)


def actor_of(account_id: int, *, claiming: bool = False) -> Actor:
    """The actor of an account that has just proved itself."""
    return _actor(db.session.execute(_BY_ID, {"account_id": account_id}).one(), claiming=claiming)


def _actor(row: Row[*tuple[Any, ...]], *, claiming: bool) -> Actor:
    provinces = frozenset[str]()
    if row.role is Role.OFFICER:
        given = select(AccountProvince.province_code).where(AccountProvince.account_id == row.id)
        provinces = frozenset(db.session.scalars(given))
    return Actor(
        role=row.role,
        name=row.name or row.display_name,
        account_id=row.id,
        organisation_id=row.organisation_id,
        organisation_code=row.code or "",
        province_code=row.province_code or "",
        province_codes=provinces,
        session_epoch=row.session_epoch,
        claiming=claiming,
    )


def renewable_accounts(email: str, organisation_id: int | None) -> list[tuple[int, str]]:
    """(account id, LAO) of the claimed accounts whose password a link may renew.

    Of `organisation_id`, else of each LAO whose profile has `email`, in whatever case.
    """
    whose = Organisation.id == organisation_id if organisation_id else func.lower(Profile.email) == email.lower()
    rows = db.session.execute(
        select(Account.id, Organisation.name)
        .join(Organisation, Organisation.id == Account.organisation_id)
        .join(Profile, Profile.organisation_id == Organisation.id)
        .where(
            whose,
            Account.password_hash.is_not(None),
            Account.locked_at.is_(None),
            Organisation.closed_at.is_(None),
        )
        .order_by(Account.id)
    )
    return [(account_id, name) for account_id, name in rows]


def resets_owed(address: str, since: datetime) -> int:
    """How many links for a new password the mailbox was owed after `since`."""
    wanted = MailLog.kind == RESET, MailLog.to_address == address, MailLog.queued_at > since
    return db.session.scalar(select(func.count()).select_from(MailLog).where(*wanted)) or 0


def reset_account(token_hash: str, now: datetime) -> tuple[int, str] | None:
    """(account id, user name) a live reset link belongs to."""
    row = db.session.execute(
        select(Account.id, func.coalesce(Organisation.code, Account.username).label("username"))
        .join(PasswordReset, PasswordReset.account_id == Account.id)
        .outerjoin(Organisation, Organisation.id == Account.organisation_id)
        .where(PasswordReset.token_hash == token_hash, PasswordReset.used_at.is_(None), PasswordReset.expires_at > now)
        .where(Account.locked_at.is_(None), Organisation.closed_at.is_(None))
    ).first()
    return None if row is None else (row.id, row.username)


def account_name(account_id: int | None) -> str:
    """How a person knows an account: an LAO with its code, staff by name; "" for none."""
    row = db.session.execute(_BY_ID, {"account_id": account_id}).first()
    if row is None:
        return ""
    return f"{row.name} ({row.code})" if row.code else row.display_name or ""


def _seen_by(actor: Actor, organisation_id: ColumnElement[int], province_code: ColumnElement[str]) -> Any:
    """Of its own for an LAO, of the provinces given to an officer, of all for an administrator."""
    if actor.role is Role.OFFICER:
        return province_code.in_(sorted(actor.province_codes))
    return true() if actor.role is Role.ADMINISTRATOR else organisation_id == actor.organisation_id


def project_name(actor: Actor, project_id: int) -> str:
    """The name of a project that a form is about; "" where the actor may not see it."""
    scope = _seen_by(actor, _P.organisation_id, _P.province_code)
    return db.session.scalar(select(_P.name).where(_P.id == project_id, scope)) or ""


def lao_name(actor: Actor, organisation_id: int) -> str:
    """The name of an LAO that a form is about; "" where the actor may not see it."""
    scope = _seen_by(actor, _O.id, _O.province_code)
    return db.session.scalar(select(_O.name).where(_O.id == organisation_id, scope)) or ""


class SignIn(NamedTuple):
    """A sign-in whose session may still be open. `own`: that of the session that asks."""

    at: datetime
    browser: str
    own: bool


# What ends every session of an account.
ENDING = (Action.END_SESSIONS, Action.CHANGE_PASSWORD, Action.RESET_PASSWORD, Action.LOCK)
MOST_SIGN_INS = 20


def open_sign_ins(account_id: int, since: datetime, signed_in_at: datetime | None) -> list[SignIn]:
    """Sign-ins to the account after `since`, the latest first, as far as nothing has ended their sessions."""
    mine = HistoryEntry.entity == Entity.ACCOUNT.value, HistoryEntry.entity_key == str(account_id)
    ended = select(func.max(HistoryEntry.id)).where(*mine, HistoryEntry.action.in_([each.value for each in ENDING]))
    last_end = db.session.scalar(ended) or 0
    wanted = (*mine, HistoryEntry.action == Action.SIGN_IN.value, HistoryEntry.at > since, HistoryEntry.id > last_end)
    rows = db.session.scalars(
        select(HistoryEntry).where(*wanted).order_by(HistoryEntry.id.desc()).limit(MOST_SIGN_INS)
    ).all()
    own = next((row.id for row in rows if signed_in_at and row.at <= signed_in_at), None)
    return [SignIn(row.at, (row.after or {}).get("browser", ""), row.id == own) for row in rows]


def password_hash_of(account_id: int) -> str | None:
    return db.session.scalar(select(Account.password_hash).where(Account.id == account_id))


def username_of(account_id: int) -> str:
    """The name a member of staff signs in with."""
    return db.session.scalar(select(Account.username).where(Account.id == account_id)) or ""
