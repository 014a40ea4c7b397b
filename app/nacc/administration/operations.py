"""Deeds of administrators: windows, periods, reasons, staff, deleted projects, contact. Each with its history."""

import secrets
from datetime import datetime, timedelta
from typing import NoReturn

from sqlalchemy import delete, select

from app.access import Actor
from app.accounts.links.operations import add_link
from app.accounts.operations import end_sessions_of, shut_out
from app.accounts.queries import credentials
from app.accounts.rules import sign_in_name
from app.accounts.second_factor.operations import remove_all
from app.db import db, write
from app.errors import NotTheirs, Refusal
from app.history.operations import record
from app.lao.fixed_rounds.operations import fix_due, reopen
from app.lao.fixed_rounds.queries import closed_rounds
from app.lao.projects.queries import year_budgets
from app.lao.projects.rules import counts, return_refusal
from app.models import (
    Account,
    AccountProvince,
    Project,
    RejectionReason,
    Setting,
    Window,
    WindowException,
)
from app.models.enums import Action, EndedBecause, Entity, Role, Round
from app.nacc.administration import queries
from app.nacc.administration.rules import (
    lock_problem,
    more_time_problem,
    window_problem,
)
from app.plans.queries import everybodys_window, window_for
from app.registry.queries import find_by_code
from app.words import search_key

INVITATION_LIFETIME = timedelta(days=7)


def set_window(
    actor: Actor, year: int, round_: Round, opens_at: datetime, closes_at: datetime | None, version: int, now: datetime
) -> bool:
    """Set when a round can be reported; False where it is so already. Raises Refusal; Stale at the commit."""
    if problem := window_problem(opens_at, closes_at):
        raise Refusal(problem, "closes_at")
    window = db.session.get(Window, (year, int(round_)), with_for_update=True)
    before = {"opens_at": window.opens_at, "closes_at": window.closes_at} if window else None
    after = {"opens_at": opens_at, "closes_at": closes_at}
    if window is None:
        db.session.add(Window(fiscal_year=year, round=int(round_), **after))
        db.session.flush()
    elif before == after:
        return window.version != version  # a double click: the first one saved it
    else:
        write(window, version, **after)
    record(actor, Action.SET_WINDOW, Entity.WINDOW, f"{year}/{int(round_)}", before=before, after=after, at=now)
    reopen(actor, everybodys_window(year, round_), now)
    return True


def give_more_time(
    actor: Actor, code: str, year: int, round_: Round, closes_at: datetime, reason: str, version: int, now: datetime
) -> bool:
    """Let one LAO report until `closes_at`, though the round closes earlier; False where it may already.

    `version` is that of the time it was given before, 0 for none: a longer time is not taken back unseen.
    Raises Refusal for an unknown code or a closed LAO's, and where it would be no more time; Stale at the commit.
    """
    found = find_by_code(code)
    if found is None or found.closed:
        raise Refusal(f"ไม่พบ อปท. ที่เปิดอยู่ รหัส {code}", "code")
    if problem := more_time_problem(closes_at, everybodys_window(year, round_), now):
        raise Refusal(problem, "until")
    key = (found.id, year, int(round_))
    given = db.session.get(WindowException, key, with_for_update=True)
    before = {"closes_at": given.closes_at, "reason": given.reason} if given else None
    after = {"closes_at": closes_at, "reason": reason}
    if given is None:
        row = WindowException(organisation_id=found.id, fiscal_year=year, round=int(round_), **after)
        row.given_by_id = actor.account_id
        db.session.add(row)
        db.session.flush()
    elif before == after:
        return given.version != version  # a double click: the first one gave it
    else:
        write(given, version, **after, given_by_id=actor.account_id)
    record(
        actor,
        Action.GIVE_MORE_TIME,
        Entity.WINDOW,
        f"{year}/{int(round_)}",
        organisation_id=found.id,
        before=before,
        after=after,
        reason=reason,
        at=now,
    )
    reopen(actor, window_for(found.id, year, round_), now, found.id)
    return True


def add_reason(actor: Actor, text: str, now: datetime) -> None:
    """A reason at the end of the officers' pick list; a retired one comes back. Raises Refusal for a known one."""
    key = search_key(text)
    known = next((each for each in queries.reasons() if search_key(each.text) == key), None)
    if known is not None and known.retired_at is None:
        raise Refusal(f"มีเหตุผลนี้อยู่แล้ว: {known.text}", "text")
    if known is None:
        known = RejectionReason(text=text, position=_last_position() + 1)
        db.session.add(known)
    known.retired_at = None
    db.session.flush()
    record(actor, Action.ADD, Entity.REJECTION_REASON, known.id, after={"text": known.text}, at=now)


def _last_position() -> int:
    return max((each.position for each in queries.reasons()), default=0)


def retire_reason(actor: Actor, reason_id: int, now: datetime) -> None:
    """Take a reason off the pick list; projects rejected with it keep it."""
    reason = _reason(reason_id)
    if reason.retired_at is not None:
        return  # a double click
    reason.retired_at = now
    record(actor, Action.RETIRE, Entity.REJECTION_REASON, reason.id, before={"text": reason.text}, at=now)


def raise_reason(actor: Actor, reason_id: int, above: int, now: datetime) -> None:
    """Let a reason stand where the one `above` it stands in the pick list; no more is changed by a second click."""
    offered = [each for each in queries.reasons() if each.retired_at is None]
    ids, moved = [each.id for each in offered], _reason(reason_id)
    if above not in ids or reason_id not in ids or ids.index(reason_id) < ids.index(above):
        return
    before = {"reasons": [each.text for each in offered]}
    offered.remove(moved)
    offered.insert(ids.index(above), moved)
    for position, each in enumerate(offered, start=1):
        each.position = position
    after = {"reasons": [each.text for each in offered]}
    record(actor, Action.REORDER, Entity.REJECTION_REASON, reason_id, before=before, after=after, at=now)


def _reason(reason_id: int) -> RejectionReason:
    db.session.execute(select(RejectionReason.id).order_by(RejectionReason.id).with_for_update())
    return db.session.get(RejectionReason, reason_id) or _nobodys()


def _nobodys() -> NoReturn:
    raise NotTheirs


def invite_staff(
    actor: Actor, username: str, name: str, role: Role, provinces: tuple[str, ...], reason: str, now: datetime
) -> str:
    """A NACC account without a password; gives the token of the link by which its owner sets one. Raises Refusal."""
    username = sign_in_name(username)
    if username.isdigit():
        raise Refusal("ชื่อผู้ใช้ต้องไม่เป็นตัวเลขล้วน เพราะจะซ้ำกับรหัสของ อปท.", "username")
    if credentials(username) is not None:
        raise Refusal(f"มีผู้ใช้ชื่อ {username} แล้ว", "username")
    if role is Role.OFFICER and not provinces:
        raise Refusal("เลือกจังหวัดที่เจ้าหน้าที่ดูแลอย่างน้อย 1 จังหวัด", "provinces")
    account = Account(role=role, username=username, display_name=name)
    db.session.add(account)
    db.session.flush()
    _give_provinces(account.id, role, provinces)
    after = {"username": username, "name": name, "role": role, "provinces": provinces}
    record(actor, Action.CREATE, Entity.ACCOUNT, account.id, after=after, reason=reason, at=now)
    return _new_link(account, now)


def change_staff(
    actor: Actor,
    account_id: int,
    name: str,
    role: Role,
    provinces: tuple[str, ...],
    reason: str,
    version: int,
    now: datetime,
) -> bool:
    """Change a NACC account's name, role or provinces: at its next request; False where they are so already.

    Raises NotTheirs, Refusal; Stale at the commit.
    """
    account = _staff(account_id)
    before = queries.staff_facts(account)
    after = {"name": name, "role": role, "provinces": sorted(provinces) if role is Role.OFFICER else []}
    if before == after:
        return account.version != version  # a double click: the first one saved it
    refused = _role_refusal(actor, account, role, provinces)
    write(account, version, display_name=name, role=role)  # first: what the rules say of a stale page helps nobody
    if refused:
        raise refused
    _give_provinces(account_id, role, provinces)
    if before["role"] != role:  # who has other provinces alone goes on: they are asked at each request
        end_sessions_of(account_id, EndedBecause.NEW_ROLE, now)
    record(actor, Action.EDIT, Entity.ACCOUNT, account_id, before=before, after=after, reason=reason, at=now)
    return True


def _role_refusal(actor: Actor, account: Account, role: Role, provinces: tuple[str, ...]) -> Refusal | None:
    if role is Role.OFFICER and not provinces:
        return Refusal("เลือกจังหวัดที่เจ้าหน้าที่ดูแลอย่างน้อย 1 จังหวัด", "provinces")
    own, last = account.id == actor.account_id, queries.active_administrators()
    if role is not account.role and (problem := lock_problem(own, last, _is_admin(account))):
        return Refusal(problem.replace("ล็อกบัญชี", "เปลี่ยนบทบาท"), "role")
    return None


def lock_staff(actor: Actor, account_id: int, locked: bool, reason: str, now: datetime) -> None:
    """Lock or unlock a NACC account; locking ends its sessions and links. What is so already stays, without an entry.

    Raises NotTheirs; Refusal where nobody could unlock.
    """
    account = _staff(account_id)
    if (account.locked_at is not None) is locked:
        return  # also what a double submit comes to
    if locked:
        last = queries.active_administrators()
        if problem := lock_problem(account_id == actor.account_id, last, _is_admin(account)):
            raise Refusal(problem)
        shut_out(account, now)
    account.locked_at = now if locked else None
    record(actor, Action.LOCK if locked else Action.UNLOCK, Entity.ACCOUNT, account_id, reason=reason, at=now)


def renew_staff(actor: Actor, account_id: int, reason: str, now: datetime) -> str:
    """The token of a link by which a staff member sets a new password; it is shown once, no password ever."""
    account = _staff(account_id)
    record(actor, Action.MAKE_PASSWORD_LINK, Entity.ACCOUNT, account_id, reason=reason, at=now)
    return _new_link(account, now)


def remove_factors(actor: Actor, account_id: int, reason: str, now: datetime) -> None:
    """Let a staff member who has lost their second factor add another. Raises NotTheirs; Refusal for the own ones."""
    if account_id == actor.account_id:
        raise Refusal("ขั้นที่สองของตนเอง เพิ่มและลบได้ที่หน้ายืนยันตัวตน 2 ขั้น")
    remove_all(actor, _staff(account_id).id, None, reason, now)


def _staff(account_id: int) -> Account:
    account = db.session.get(Account, account_id, with_for_update=True)
    if account is None or account.username is None:
        raise NotTheirs
    return account


def _is_admin(account: Account) -> bool:
    return account.role is Role.ADMINISTRATOR and account.locked_at is None and account.password_hash is not None


def _give_provinces(account_id: int, role: Role, codes: tuple[str, ...]) -> None:
    db.session.execute(delete(AccountProvince).where(AccountProvince.account_id == account_id))
    if role is Role.OFFICER:
        db.session.add_all(AccountProvince(account_id=account_id, province_code=code) for code in codes)
        db.session.flush()


def _new_link(account: Account, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    add_link(account, token, now + INVITATION_LIFETIME, now)
    return token


def bring_back(actor: Actor, project_id: int, now: datetime) -> None:
    """Return a deleted project to the lists and, where it is not rejected, to the counts.

    Raises NotTheirs; Refusal where all of a year of it is closed.
    """
    project = db.session.get(Project, project_id, with_for_update=True)
    if project is None or project.deleted_at is None:
        raise NotTheirs
    years = year_budgets(project_id)
    closed = closed_rounds(project.organisation_id, now, list(years))
    if refusal := return_refusal(years, closed, "กู้คืนโครงการนี้"):
        raise Refusal(refusal)
    fix_due(now, now, [project.organisation_id])
    before = {"deleted_at": project.deleted_at}
    project.deleted_at = None
    project.counted = counts(project.review_status, deleted=False)
    db.session.flush()
    record(
        actor,
        Action.BRING_BACK,
        Entity.PROJECT,
        project_id,
        organisation_id=project.organisation_id,
        before=before,
        at=now,
    )


def set_setting(actor: Actor, name: str, value: str, version: int, now: datetime, fact: str = "value") -> bool:
    """Keep a word of the installation, like the contact; False where it is kept already. Raises Stale at the commit.

    `fact`: what the history calls it.
    """
    kept = db.session.get(Setting, name, with_for_update=True)
    before = {fact: kept.value} if kept else None
    if kept is None:
        db.session.add(Setting(name=name, value=value))
        db.session.flush()
    elif kept.value == value:
        return kept.version != version  # a double click: the first one saved it
    else:
        write(kept, version, value=value)
    record(actor, Action.SET, Entity.SETTING, name, before=before, after={fact: value}, at=now)
    return True
