"""Who somebody is: at sign-in, and at every request after it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, bindparam, exists, func, or_, select, true

from app.access import Actor
from app.accounts.rules import fingerprint, sign_in_name
from app.db import db, table
from app.mails.rules import RESET
from app.models import (
    Account,
    AccountProvince,
    AccountSession,
    FailedSignIn,
    MailLog,
    Organisation,
    PasswordReset,
    Profile,
    Project,
    SecondFactor,
)
from app.models.enums import EndedBecause, FactorKind, FailedBecause, Role
from app.registry.queries import once_called

_A, _O, _P, _C = (table(model).c for model in (Account, Organisation, Project, Profile))
_S, _F, _2 = table(AccountSession).c, table(FailedSignIn).c, table(SecondFactor).c
_HAS_FACTOR = exists().where(_2.account_id == _A.id, _2.kind != FactorKind.RECOVERY)
_IDENTITY = select(
    _A.id,
    _A.role,
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
    _HAS_FACTOR.label("has_factor"),
).select_from(table(Account).outerjoin(table(Organisation), _O.id == _A.organisation_id))
# Asked at every request: made once.
_BY_ID = _IDENTITY.where(_A.id == bindparam("account_id"))
_BY_SESSION = (
    _IDENTITY.add_columns(_S.id.label("session_id"), _S.claiming, _S.begun_at, _S.last_seen_at, _S.proved_at)
    .join(table(AccountSession), _S.account_id == _A.id)
    .where(_S.key_hash == bindparam("key_hash"), _S.ended_at.is_(None))
)


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


class OpenSession(NamedTuple):
    """A session that nothing has ended, and who acts in it; whether its time is over the clock says."""

    actor: Actor
    begun_at: datetime
    last_seen_at: datetime


def open_session(key: str) -> OpenSession | None:
    """The session whose cookie holds `key`; None once it has ended, or the account is locked, closed or gone."""
    row = db.session.execute(_BY_SESSION, {"key_hash": fingerprint(key)}).first()
    if row is None or row.locked_at is not None or row.closed_at is not None:
        return None
    if row.claiming != (row.password_hash is None):
        return None
    own = {"session_id": row.session_id, "session_key": key, "proved_at": row.proved_at}
    actor = replace(_actor(row, claiming=row.claiming), **own)
    return OpenSession(actor, row.begun_at, row.last_seen_at)


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
        claiming=claiming,
        has_factor=row.has_factor,
    )


def renewable_accounts(email: str, organisation_id: int | None) -> list[tuple[int, str]]:
    """(account id, LAO) of the claimed accounts whose password a link may renew; nobody locks or hands over meanwhile.

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
        .with_for_update(of=Account)
    )
    return [(account_id, name) for account_id, name in rows]


def resets_owed(address: str, organisation_id: int | None, since: datetime) -> int:
    """How many links for a new password the mailbox was owed after `since`: for the LAO by hand, or for strangers."""
    to = MailLog.to_address == address, MailLog.organisation_id == organisation_id
    wanted = MailLog.kind == RESET, *to, MailLog.queued_at > since
    return db.session.scalar(select(func.count()).select_from(MailLog).where(*wanted)) or 0


def reset_account(token_hash: str, now: datetime) -> int | None:
    """The account that a live reset link belongs to."""
    return db.session.scalar(
        select(Account.id)
        .join(PasswordReset, PasswordReset.account_id == Account.id)
        .outerjoin(Organisation, Organisation.id == Account.organisation_id)
        .where(PasswordReset.token_hash == token_hash, PasswordReset.used_at.is_(None), PasswordReset.expires_at > now)
        .where(Account.locked_at.is_(None), Organisation.closed_at.is_(None))
    )


def link_owner(token_hash: str) -> int | None:
    """The account that a reset link is or was of, also one that is spent."""
    return db.session.scalar(select(PasswordReset.account_id).where(PasswordReset.token_hash == token_hash))


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


def organisation_name(organisation_id: int) -> str:
    return db.session.scalar(select(_O.name).where(_O.id == organisation_id)) or ""


class SessionLine(NamedTuple):
    """A session as its owner sees it. `own`: the one that asks; `ended_because`: None while nothing has ended it."""

    id: int
    begun_at: datetime
    last_seen_at: datetime
    browser: str
    address: str
    ended_at: datetime | None
    ended_because: EndedBecause | None
    own: bool


MOST_SESSIONS = 50


def own_sessions(actor: Actor) -> list[SessionLine]:
    """The sessions of the actor's account that are still kept: the own one first, then as they were last seen."""
    own = _S.id == actor.session_id
    columns = (_S.id, _S.begun_at, _S.last_seen_at, _S.browser, _S.address, _S.ended_at, _S.ended_because, own)
    wanted = select(*columns).where(_S.account_id == actor.own_account_id, ~_S.claiming)
    rows = db.session.execute(wanted.order_by(own.desc(), _S.last_seen_at.desc(), _S.id.desc()).limit(MOST_SESSIONS))
    return [SessionLine(*row) for row in rows]


def owns_session(actor: Actor, session_id: int) -> bool:
    return db.session.scalar(select(_S.account_id).where(_S.id == session_id)) == actor.own_account_id


def password_hash_of(account_id: int) -> str | None:
    return db.session.scalar(select(Account.password_hash).where(Account.id == account_id))


def username_of(account_id: int) -> str:
    """The name a member of staff signs in with."""
    return db.session.scalar(select(Account.username).where(Account.id == account_id)) or ""


def sign_in_name_of(actor: Actor) -> str:
    """What the actor types to sign in."""
    return actor.organisation_code or username_of(actor.own_account_id)


class FailureLine(NamedTuple):
    """A try that failed, as the owner of the account and administrators see it. `who`: "" for a name nobody has."""

    at: datetime
    because: FailedBecause
    browser: str
    address: str
    who: str


def failures_before(name_print: str, since: datetime) -> tuple[int, datetime | None]:
    """How many tries under a name failed since then, and when the last one did; without those of known devices."""
    wanted = _F.name_print == name_print, _F.at > since, ~_F.known
    number, last = db.session.execute(select(func.count(), func.max(_F.at)).where(*wanted)).one()
    return number, last


def addresses_of(username: str) -> set[str]:
    """Where the account that `username` signs in to has signed in from, as far as that is kept."""
    found = credentials(username)
    if found is None:
        return set()
    return set(db.session.scalars(select(_S.address).where(_S.account_id == found.account_id, ~_S.claiming)))


def own_failures(actor: Actor, limit: int) -> list[FailureLine]:
    return _failures(limit, _F.account_id == actor.own_account_id)


def all_failures(limit: int) -> list[FailureLine]:
    """The latest of the whole country: for administrators."""
    return _failures(limit)


def _failures(limit: int, *which: ColumnElement[bool]) -> list[FailureLine]:
    who = func.coalesce(_O.name.concat(" (").concat(_O.code).concat(")"), _A.display_name, "")
    rows = db.session.execute(
        select(_F.at, _F.because, _F.browser, _F.address, who)
        .select_from(
            table(FailedSignIn)
            .outerjoin(table(Account), _A.id == _F.account_id)
            .outerjoin(table(Organisation), _O.id == _A.organisation_id)
        )
        .where(*which)
        .order_by(_F.id.desc())
        .limit(limit)
    )
    return [FailureLine(*row) for row in rows]


class FailureCount(NamedTuple):
    """Failures at one account, or under names that nobody has. `email`: where the LAO's mail goes; "" for staff."""

    account_id: int | None
    organisation_id: int | None
    email: str
    failures: int


def failures_by_account(since: datetime) -> list[FailureCount]:
    """Since then, by account."""
    of = _F.account_id, _A.organisation_id, func.coalesce(_C.email, "")
    rows = db.session.execute(
        select(*of, func.count())
        .select_from(
            table(FailedSignIn)
            .outerjoin(table(Account), _A.id == _F.account_id)
            .outerjoin(table(Profile), _C.organisation_id == _A.organisation_id)
        )
        .where(_F.at >= since)
        .group_by(*of)
    )
    return [FailureCount(*row) for row in rows]
