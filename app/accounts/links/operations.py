"""Deeds on links for a new password: owed, made when their mail goes, handed out, and ended."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select, update

from app.access import Actor, system
from app.accounts import queries
from app.accounts.rules import LINKS_KEPT, MOST_RESETS, RESET_LIFETIME, fingerprint, reset_token
from app.clock import thai_day
from app.db import db
from app.errors import Refusal
from app.history.operations import record
from app.mails.rules import RESET
from app.models import Account, MailLog, PasswordReset
from app.models.enums import Action, Entity


def owe_reset(address: str, now: datetime, organisation_id: int | None = None, actor: Actor | None = None) -> None:
    """Owe a mail with a link for a new password: to the LAO, else to whoever has `address` in their profile.

    Raises Refusal where the mailbox has had MOST_RESETS; what strangers ask for and what officers send counts apart.
    """
    address = address.lower()
    if queries.resets_owed(address, organisation_id, now - RESET_LIFETIME) >= MOST_RESETS:
        minutes = RESET_LIFETIME // timedelta(minutes=1)
        raise Refusal(f"ส่งลิงก์ให้อีเมลนี้ครบ {MOST_RESETS} ครั้งใน {minutes} นาทีแล้ว ดูในกล่องจดหมายและจดหมายขยะ หรือลองใหม่ภายหลัง")
    owed = MailLog(organisation_id=organisation_id, kind=RESET, to_address=address, day=thai_day(now), queued_at=now)
    owed.queued_by_id = actor.account_id if actor else None
    db.session.add(owed)


def reset_link(account_id: int, asked_at: datetime, secret_key: str, now: datetime, *, told: bool) -> str:
    """The token of a single-use link for the mail that was asked for then; `told`: the history has that already.

    A link that was asked for in the last half hour, or by this very mail, is brought again and lives half an hour from
    now: who asks later takes it from nobody. An older one is left to its end. "" where one was used, or ended, since
    the mail was asked for: there is nothing left to renew.
    """
    theirs = PasswordReset.account_id == account_id
    if db.session.scalar(select(func.count()).where(theirs, PasswordReset.used_at >= asked_at)):
        return ""
    lives = and_(PasswordReset.expires_at > now, PasswordReset.asked_at > now - RESET_LIFETIME)
    again = theirs, PasswordReset.used_at.is_(None), or_(PasswordReset.asked_at == asked_at, lives)
    first_asked = db.session.scalar(select(func.min(PasswordReset.asked_at)).where(*again)) or asked_at
    token = reset_token(secret_key, account_id, first_asked)
    known = db.session.get(PasswordReset, fingerprint(token))
    if known is not None:
        known.expires_at = now + RESET_LIFETIME
        return token
    _keep_link(account_id, token, now + RESET_LIFETIME, now, first_asked)
    if not told:
        record(system("password reset"), Action.ASK_FOR_RESET, Entity.ACCOUNT, account_id, at=now)
    return token


def add_link(account: Account, token: str, expires_at: datetime, now: datetime) -> None:
    """A link that is handed out: those before it are spent."""
    spend_links(account.id, now)
    _keep_link(account.id, token, expires_at, now)


def _keep_link(
    account_id: int, token: str, expires_at: datetime, now: datetime, asked_at: datetime | None = None
) -> None:
    """Only its fingerprint is kept."""
    db.session.execute(delete(PasswordReset).where(PasswordReset.expires_at < now - LINKS_KEPT))
    kept = PasswordReset(token_hash=fingerprint(token), account_id=account_id, expires_at=expires_at, asked_at=asked_at)
    db.session.add(kept)


def spend_links(account_id: int, now: datetime) -> int:
    """End every link for a new password that the account has; gives how many there were."""
    unused = PasswordReset.account_id == account_id, PasswordReset.used_at.is_(None)
    spent = db.session.execute(update(PasswordReset).where(*unused).values(used_at=now))
    return int(spent.rowcount)  # type: ignore[attr-defined]
