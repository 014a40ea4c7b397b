"""What is done behind the request: links for new passwords, made at the moment they go, and forgetting old sessions."""

from flask import current_app

from app import clock
from app.access import system
from app.accounts import operations, queries
from app.accounts.rules import SESSIONS_KEPT, reset_seed
from app.db import transaction
from app.jobs import upkeep
from app.mails.jobs import letter
from app.mails.rules import RESET, Letter
from app.models import MailLog

SUBJECT = "ตั้งรหัสผ่านใหม่ e-PlanNACC"
RESET_MAIL = """เรียน ผู้ประสานงาน {names}

มีผู้ขอตั้งรหัสผ่านใหม่สำหรับเข้าใช้ระบบ e-PlanNACC ของหน่วยงานท่าน
กดลิงก์ด้านล่างเพื่อตั้งรหัสผ่านใหม่ ลิงก์นี้ใช้ได้ครั้งเดียว ภายใน 30 นาที

{links}

หากท่านไม่ได้เป็นผู้ขอ ไม่ต้องทำอะไร รหัสผ่านเดิมยังใช้ได้

สำนักงาน ป.ป.ช.
"""


@letter(RESET)
def reset(owed: MailLog, public_url: str) -> Letter | None:
    """One mail with the link of each LAO that has the address; None where none of them can renew its password."""
    found = queries.renewable_accounts(owed.to_address, owed.organisation_id)
    actor = queries.actor_of(owed.queued_by_id) if owed.queued_by_id else system("password reset")
    seed = reset_seed(current_app.config["SECRET_KEY"], owed.id)
    links = []
    for account_id, name in found:
        with transaction():
            token = operations.reset_link(actor, account_id, seed, clock.now())
        if token:
            links.append((name, f"{public_url}/forgot/{token}"))
    if not links:
        return None
    names = ", ".join(name for name, _link in links)
    lines = [link if len(links) == 1 else f"{name}\n{link}" for name, link in links]
    return Letter(SUBJECT, RESET_MAIL.format(names=names, links="\n\n".join(lines)))


@upkeep
def forget_old_sessions() -> None:
    """Those that are over for some days, however they ended."""
    with transaction():
        operations.forget_sessions(clock.now() - current_app.permanent_session_lifetime - SESSIONS_KEPT)
