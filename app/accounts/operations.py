"""Deeds on accounts: signing in, resetting a password, making staff. Passwords never reach the history."""

import secrets
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from app.access import Actor, system
from app.accounts import queries
from app.accounts.activation import kept_of
from app.accounts.links.operations import spend_links
from app.accounts.passwords import hash_password, is_outdated, matches
from app.accounts.rules import (
    ACTIVATION_LIFETIME,
    ALARM_AT_ACCOUNT,
    ALARM_IN_ALL,
    PasswordFor,
    activation_code_from,
    fingerprint,
    password_problem,
    sign_in_name,
)
from app.clock import thai_day
from app.db import db, is_sqlite, table
from app.errors import NotTheirs, Refusal
from app.history.operations import record
from app.mails.rules import ALARM
from app.models import Account, AccountProvince, AccountSession, FailedSignIn, MailLog, Province, SecondFactor
from app.models.enums import Action, EndedBecause, Entity, FailedBecause, Role
from app.registry.queries import names_of_places

UNKNOWN = "ไม่พบผู้ใช้งาน"
_S, _F = table(AccountSession).c, table(FailedSignIn).c


class Unproved(Refusal):
    """Says the same whatever was wrong; `because` and `account_id` are for its owner and administrators alone."""

    def __init__(self, because: FailedBecause, account_id: int | None = None) -> None:
        super().__init__(UNKNOWN)
        self.because, self.account_id = because, account_id


class Proven(NamedTuple):
    """Who has just proved who that is, and by which password; None for a claimant.

    `anew`: what is to be kept of that password from now on, where its hash is of an earlier cost.
    """

    actor: Actor
    password_hash: str | None
    anew: str | None = None


def prove(username: str, password: str, activation_code: str, now: datetime, *, code_required: bool) -> Proven:
    """Who signs in with these. Raises Unproved.

    An LAO that has no password yet comes in as a claimant: by its code alone, or, where
    `code_required`, with the activation code it was given.
    """
    found = queries.credentials(username)
    right = matches(found.password_hash if found else None, password) if password else None
    if found is None:
        raise Unproved(FailedBecause.UNKNOWN_NAME)
    if found.locked:
        raise Unproved(FailedBecause.LOCKED, found.account_id)
    if right:
        anew = hash_password(password) if is_outdated(found.password_hash or "") else None
        return Proven(queries.actor_of(found.account_id), found.password_hash, anew)
    if password or found.role is not Role.LAO or found.password_hash is not None:
        raise Unproved(FailedBecause.WRONG_PASSWORD, found.account_id)
    if code_required and not _activates(found, activation_code, now):
        raise Unproved(FailedBecause.WRONG_CODE, found.account_id)
    return Proven(queries.actor_of(found.account_id, claiming=True), None)


def _activates(found: queries.Credentials, typed: str, now: datetime) -> bool:
    return (
        found.activation_hash is not None
        and found.activation_expires_at is not None
        and now < found.activation_expires_at
        and secrets.compare_digest(found.activation_hash, kept_of(typed))
    )


def keep_anew(proven: Proven) -> Proven:
    """Keep a hash of today's cost, while the password is at hand."""
    if proven.anew is None:
        return proven
    still = Account.id == proven.actor.account_id, Account.password_hash == proven.password_hash
    db.session.execute(update(Account).where(*still).values(password_hash=proven.anew))
    return proven._replace(password_hash=proven.anew, anew=None)


def note_sign_in(proven: Proven, now: datetime) -> None:
    """Keep when somebody signed in, for good; with what stands in the session, and goes with it.

    A claimant has not signed in yet.

    Raises Refusal where the password was changed or the account locked since it was proved: that has ended every
    session, and must not miss the one that begins.
    """
    actor = proven.actor
    if actor.claiming:
        return
    still = Account.id == actor.account_id, Account.password_hash == proven.password_hash, Account.locked_at.is_(None)
    values = {"last_login_at": now, "password_hash": proven.anew or proven.password_hash}
    if not db.session.execute(update(Account).where(*still).values(values)).rowcount:  # type: ignore[attr-defined]
        raise Refusal(UNKNOWN)
    lao = actor.organisation_id
    record(actor, Action.SIGN_IN, Entity.ACCOUNT, actor.account_id, organisation_id=lao, at=now)


def begin_session(actor: Actor, browser: str, address: str, now: datetime) -> str:
    """A new session of an actor who has just proved who that is: gives its key, of which only the hash is kept.

    Whoever goes on from another session, as after a new password, and has a second factor, has not proved that anew.
    """
    key = secrets.token_urlsafe(24)
    kept = AccountSession(
        key_hash=fingerprint(key),
        account_id=actor.own_account_id,
        claiming=actor.claiming,
        begun_at=now,
        proved_at=actor.proved_at if actor.has_factor and actor.proved_at else now,
        last_seen_at=now,
        browser=browser,
        address=address,
    )
    db.session.add(kept)
    db.session.flush()
    return key


def end_session(key: str, because: EndedBecause, now: datetime) -> None:
    """End the session whose cookie holds `key`, wherever that was copied to."""
    _end(because, now, _S.key_hash == fingerprint(key))


def _end(because: EndedBecause, now: datetime, *which: Any) -> int:
    ended = update(table(AccountSession)).where(_S.ended_at.is_(None), *which)
    return int(db.session.execute(ended.values(ended_at=now, ended_because=because)).rowcount)  # type: ignore[attr-defined]


class Overtaken(Refusal):
    """Another request has renewed or ended the session that this one was made in."""


def renew_session(key: str, anew: str, now: datetime) -> None:
    """Its owner has proved once more who that is: from now on its key is `anew`, and copies of `key` are worth nothing.

    It ends when it would have ended: only signing in begins anew. Raises Overtaken.
    """
    values = {"key_hash": fingerprint(anew), "proved_at": now}
    own = _S.key_hash == fingerprint(key), _S.ended_at.is_(None)
    if not db.session.execute(update(table(AccountSession)).where(*own).values(values)).rowcount:  # type: ignore[attr-defined]
        raise Overtaken("")


def end_sessions_of(account_id: int, because: EndedBecause, now: datetime, but: int | None = None) -> None:
    """End every session of an account, save the one whose id is `but`."""
    others = () if but is None else (_S.id != but,)
    _end(because, now, _S.account_id == account_id, *others)


def forget_sessions(begun_before: datetime) -> None:
    db.session.execute(delete(table(AccountSession)).where(_S.begun_at < begun_before))


def forget_failures(before: datetime) -> None:
    db.session.execute(delete(table(FailedSignIn)).where(_F.at < before))


def forget_traces_of(account_id: int) -> None:
    """Of somebody who is erased: where they signed in, and who tried to."""
    db.session.execute(delete(table(AccountSession)).where(_S.account_id == account_id))
    db.session.execute(delete(table(FailedSignIn)).where(_F.account_id == account_id))
    forget_factors(account_id)


def forget_factors(account_id: int) -> bool:
    """Of an account that another person gets, or whose owner has lost them; whether there were any."""
    gone = db.session.execute(delete(table(SecondFactor)).where(table(SecondFactor).c.account_id == account_id))
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def owe_word(kind: str, organisation_id: int, address: str, now: datetime) -> None:
    """Owe a mail about a change to `address`, whoever has it by the time it goes."""
    row = {"organisation_id": organisation_id, "kind": kind, "to_address": address, "day": thai_day(now)}
    db.session.add(MailLog(**row, queued_at=now))


def owe_alarms(office: str, since: datetime, now: datetime) -> None:
    """Owe a mail for each account with too many failures since then, and one to the office; each once a day."""
    counts = queries.failures_by_account(since)
    many = [each for each in counts if each.account_id is not None and each.failures >= ALARM_AT_ACCOUNT]
    mail = {"kind": ALARM, "day": thai_day(now), "queued_at": now, "attempts": 0, "error": ""}
    to = [(each.organisation_id, each.email) for each in many if each.email]
    if many or sum(each.failures for each in counts) >= ALARM_IN_ALL:
        to.append((None, office))
    if to:
        insert: Any = sqlite.insert if is_sqlite(db.engine) else postgresql.insert
        rows = [mail | {"organisation_id": id_, "to_address": address} for id_, address in to]
        db.session.execute(insert(table(MailLog)).values(rows).on_conflict_do_nothing())


def prepare_password(password: str, owner: PasswordFor) -> str:
    """The hash of an acceptable password; made before the transaction, so no lock waits for it. Raises Refusal."""
    if problem := password_problem(password, owner):
        raise Refusal(problem, "password")
    return hash_password(password)


def claim(actor: Actor, password_hash: str, now: datetime) -> None:
    """Set the first password of an LAO: ends the first login and every session.

    Raises Refusal where somebody else has claimed it meanwhile.
    """
    account = db.session.get_one(Account, actor.account_id, with_for_update=True)
    if account.password_hash is not None:
        raise Refusal("มีผู้ตั้งรหัสผ่านของ อปท. นี้แล้ว หากไม่ใช่ท่าน ให้ติดต่อ ป.ป.ช.")
    account.claimed_at = now
    account.activation_hash = account.activation_expires_at = None
    _set_password(account, password_hash, now)
    record(actor, Action.CLAIM, Entity.ACCOUNT, account.id, organisation_id=actor.organisation_id, at=now)


def change_password(actor: Actor, password_hash: str, now: datetime) -> None:
    """Set a new password: every session ends; whoever changes it goes on in a new one."""
    account = db.session.get_one(Account, actor.account_id, with_for_update=True)
    _set_password(account, password_hash, now)
    record(actor, Action.CHANGE_PASSWORD, Entity.ACCOUNT, account.id, organisation_id=actor.organisation_id, at=now)


def end_own_session(actor: Actor, session_id: int, now: datetime) -> None:
    """End one session of the own account; one that is over already stays so. Raises NotTheirs."""
    if not queries.owns_session(actor, session_id):
        raise NotTheirs
    if _end(EndedBecause.BY_OWNER, now, _S.id == session_id):
        _record_end(actor, now)


def end_own_sessions(actor: Actor, now: datetime, *, own_too: bool) -> None:
    """End every session of the own account, the one that asks only with `own_too`."""
    others = () if own_too else (_S.id != actor.session_id,)
    _end(EndedBecause.BY_OWNER, now, _S.account_id == actor.own_account_id, *others)
    _record_end(actor, now)


def _record_end(actor: Actor, now: datetime) -> None:
    lao = actor.organisation_id
    record(actor, Action.END_SESSIONS, Entity.ACCOUNT, actor.own_account_id, organisation_id=lao, at=now)


DEAD_LINK = "ลิงก์นี้หมดอายุหรือใช้ไปแล้ว ขอลิงก์ใหม่ได้ที่หน้าลืมรหัสผ่าน"


def reset_password(token: str, password_hash: str, now: datetime) -> None:
    """Use a reset link: sets the password, ends every session, spends all links of the account.

    Raises Refusal for a link that is spent, old or unknown.
    """
    found = queries.reset_account(fingerprint(token), now)
    if found is None:
        raise Refusal(DEAD_LINK)
    account = db.session.get_one(Account, found, with_for_update=True)
    if not spend_links(account.id, now):
        raise Refusal(DEAD_LINK)  # used twice at the same moment
    _set_password(account, password_hash, now)
    record(
        system("password reset"),
        Action.RESET_PASSWORD,
        Entity.ACCOUNT,
        account.id,
        organisation_id=account.organisation_id,
        at=now,
    )


def create_staff(
    actor: Actor, username: str, name: str, password: str, role: Role, provinces: tuple[str, ...], now: datetime
) -> Account:
    """A NACC account. Raises Refusal for a taken name, a bad password or an unknown province."""
    username = sign_in_name(username)
    if username.isdigit():
        raise Refusal("ชื่อผู้ใช้ของเจ้าหน้าที่ต้องไม่เป็นตัวเลขล้วน เพราะจะซ้ำกับรหัสของ อปท.", "username")
    if queries.credentials(username) is not None:
        raise Refusal(f"มีผู้ใช้ชื่อ {username} แล้ว", "username")
    unknown = [code for code in provinces if db.session.get(Province, code) is None]
    if unknown:
        raise Refusal(f"ไม่มีจังหวัดรหัส {', '.join(unknown)}", "provinces")
    owner = PasswordFor(username, name, True, names_of_places)  # a second factor in production always
    password_hash = prepare_password(password, owner)
    account = Account(role=role, username=username, display_name=name, password_hash=password_hash, claimed_at=now)
    db.session.add(account)
    db.session.flush()
    db.session.add_all(AccountProvince(account_id=account.id, province_code=code) for code in provinces)
    db.session.flush()
    after = {"username": username, "name": name, "role": role, "provinces": provinces}
    record(actor, Action.CREATE, Entity.ACCOUNT, account.id, after=after, at=now)
    return account


def issue_activation_code(actor: Actor, account_id: int, now: datetime, secret: bytes = b"") -> str:
    """A one-time code for a first login: only its hash is kept. Replaces an earlier one.

    With `secret` whoever keeps that can say the code once more, see `activation_code_from`.
    """
    account = db.session.get_one(Account, account_id)
    if account.password_hash is not None:
        raise Refusal("อปท. นี้ตั้งรหัสผ่านแล้ว ไม่ต้องใช้รหัสเปิดใช้งาน")
    code = activation_code_from(secret or secrets.token_bytes(), account_id)
    account.activation_hash = kept_of(code)
    account.activation_expires_at = now + ACTIVATION_LIFETIME
    record(actor, Action.ISSUE_CODE, Entity.ACCOUNT, account.id, organisation_id=account.organisation_id, at=now)
    return code


def shut_out(account: Account, now: datetime) -> None:
    """End all that still opens a locked or closed account: its sessions, and the reset links in its mails.

    For good: they must not come alive again when it is unlocked or opened.
    """
    end_sessions_of(account.id, EndedBecause.SHUT_OUT, now)
    spend_links(account.id, now)


def _set_password(account: Account, password_hash: str, now: datetime) -> None:
    """Whoever takes an account back has it alone: sessions end, and links that could set another password."""
    account.password_hash = password_hash
    end_sessions_of(account.id, EndedBecause.NEW_PASSWORD, now)
    spend_links(account.id, now)
