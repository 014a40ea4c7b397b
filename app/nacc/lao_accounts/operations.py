"""Deeds on LAO accounts. Neither new codes nor passwords reach the history.

A code is made of a `secret` that the caller keeps, so that it can be shown again for a while.
"""

from datetime import datetime

from app.access import Actor
from app.accounts.links.operations import owe_reset
from app.accounts.operations import forget_factors, issue_activation_code, shut_out
from app.accounts.second_factor.operations import remove_all
from app.db import db
from app.errors import Refusal
from app.history.operations import record
from app.models import Account, Profile
from app.models.enums import Action, Entity
from app.nacc.desk.rules import refuse_unexpected
from app.nacc.lao_accounts import queries
from app.nacc.lao_accounts.rules import AccountFilter

CONTACT = ("contact_name", "contact_position", "contact_department", "phone", "mobile", "fax", "email")


def issue_one(actor: Actor, organisation_id: int, now: datetime, secret: bytes = b"") -> None:
    """A new activation code for an LAO that has no password. Raises NotTheirs, Refusal."""
    row = queries.account_of(actor, organisation_id, now)
    if row.locked:
        raise Refusal("บัญชีนี้ล็อกอยู่ ปลดล็อกก่อนออกรหัส")
    issue_activation_code(actor, row.account_id, now, secret)


def issue_filtered(actor: Actor, asked: AccountFilter, expected: int, now: datetime, secret: bytes = b"") -> None:
    """New codes for every LAO the filters show that has no password; an earlier code ends.

    Raises Refusal where their number is not the one that was said before.
    """
    ids = queries.unclaimed(actor, asked, now).ids
    refuse_unexpected(len(ids), expected, "จะออกรหัส")
    for id_ in ids:
        issue_activation_code(actor, id_, now, secret)


def send_reset(actor: Actor, organisation_id: int, now: datetime) -> str:
    """Owe the LAO a mail with a link for a new password; gives its address. Raises NotTheirs, Refusal."""
    row = queries.account_of(actor, organisation_id, now)
    if not row.claimed or not row.email or row.locked:
        raise Refusal("ส่งลิงก์ได้เฉพาะบัญชีที่ตั้งรหัสผ่านแล้ว มีอีเมล และไม่ได้ล็อก")
    owe_reset(row.email, now, organisation_id, actor)
    record(actor, Action.ASK_FOR_RESET, Entity.ACCOUNT, row.account_id, at=now)
    return row.email


def hand_over(actor: Actor, organisation_id: int, reason: str, now: datetime, secret: bytes = b"") -> None:
    """Take the account from who has it and give a code for whoever comes next. Raises NotTheirs, Refusal.

    The password, every second factor, session and reset link, and the coordinator's contact end here: a link mailed
    to the old address must not open the account again. What the contact was stays in the history.
    """
    row = queries.account_of(actor, organisation_id, now)
    account = db.session.get_one(Account, row.account_id, with_for_update=True)
    if account.password_hash is None:
        raise Refusal("อปท. นี้ยังไม่ได้ตั้งรหัสผ่าน ออกรหัสเปิดใช้งานได้เลย")
    if account.locked_at is not None:
        raise Refusal("บัญชีนี้ล็อกอยู่ ปลดล็อกก่อนส่งต่อ")
    account.password_hash = account.claimed_at = None
    shut_out(account, now)
    forget_factors(account.id)
    record(actor, Action.HAND_OVER, Entity.ACCOUNT, account.id, organisation_id=organisation_id, reason=reason, at=now)
    _forget_contact(actor, organisation_id, reason, now)
    issue_activation_code(actor, account.id, now, secret)


def _forget_contact(actor: Actor, organisation_id: int, reason: str, now: datetime) -> None:
    profile = db.session.get(Profile, organisation_id, with_for_update=True)
    if profile is None:
        return
    before = {name: getattr(profile, name) for name in CONTACT}
    for name in CONTACT:
        setattr(profile, name, "")
    profile.updated_at = now
    after = dict.fromkeys(CONTACT, "")
    record(
        actor,
        Action.HAND_OVER,
        Entity.PROFILE,
        organisation_id,
        organisation_id=organisation_id,
        before=before,
        after=after,
        reason=reason,
        at=now,
    )


def remove_factors(actor: Actor, organisation_id: int, reason: str, now: datetime) -> None:
    """Let an LAO that has lost its second factor sign in by its password alone. Raises NotTheirs, Refusal."""
    row = queries.account_of(actor, organisation_id, now)
    remove_all(actor, row.account_id, organisation_id, reason, now)


def set_locked(actor: Actor, organisation_id: int, locked: bool, reason: str, now: datetime) -> None:
    """Lock an account, which ends its sessions at their next request, or unlock it. Raises NotTheirs, Refusal."""
    row = queries.account_of(actor, organisation_id, now)
    account = db.session.get_one(Account, row.account_id, with_for_update=True)
    if (account.locked_at is not None) is locked:
        raise Refusal("มีผู้ล็อกบัญชีนี้แล้ว" if locked else "มีผู้ปลดล็อกบัญชีนี้แล้ว")
    before = {"locked_at": account.locked_at}
    account.locked_at = now if locked else None
    if locked:
        shut_out(account, now)
    record(
        actor,
        Action.LOCK if locked else Action.UNLOCK,
        Entity.ACCOUNT,
        account.id,
        organisation_id=organisation_id,
        before=before,
        after={"locked_at": account.locked_at},
        reason=reason,
        at=now,
    )
