"""What is done behind the request: mails about accounts, written at the moment they go, and forgetting what is old."""

from flask import current_app

from app import clock
from app.accounts import operations, queries
from app.accounts.links.operations import reset_link
from app.accounts.rules import ALARM_AT_ACCOUNT, FAILURES_KEPT, SESSIONS_KEPT
from app.accounts.second_factor.rules import ASKED_FOR, mail_code
from app.contact import contact
from app.db import transaction
from app.jobs import daily, upkeep
from app.mails.jobs import letter
from app.mails.rules import ALARM, NEW_EMAIL, NEW_FACTOR, NEW_PASSWORD, RESET, SIGN_IN_CODE, Letter
from app.models import MailLog

SUBJECT = "ตั้งรหัสผ่านใหม่ e-PlanNACC"
RESET_MAIL = """เรียน ผู้ประสานงาน {names}

มีผู้ขอตั้งรหัสผ่านใหม่สำหรับเข้าใช้ระบบ e-PlanNACC ของหน่วยงานท่าน
กดลิงก์ด้านล่างเพื่อตั้งรหัสผ่านใหม่ ลิงก์นี้ใช้ได้ครั้งเดียว ภายใน 30 นาที

{links}

หากท่านไม่ได้เป็นผู้ขอ ไม่ต้องทำอะไร รหัสผ่านเดิมยังใช้ได้

สำนักงาน ป.ป.ช.
"""

CHANGE_MAIL = """เรียน ผู้ประสานงาน {name}

มีการเปลี่ยน{what}ของหน่วยงานท่านในระบบ e-PlanNACC เมื่อ {at}

หากท่านเป็นผู้เปลี่ยน ไม่ต้องทำอะไร
หากท่านไม่ได้เปลี่ยน ให้แจ้ง {contact} ทันที และดูเครื่องที่เข้าใช้บัญชีได้ที่

{link}

สำนักงาน ป.ป.ช.
"""
CODE_MAIL = """เรียน ผู้ประสานงาน {name}

รหัสสำหรับเข้าสู่ระบบ e-PlanNACC จากเครื่องที่ยังไม่เคยใช้คือ

{code}

ใช้ได้ครั้งเดียวภายใน 10 นาที ในหน้าที่ถามรหัสนี้เท่านั้น เจ้าหน้าที่จะไม่ถามรหัสนี้จากท่าน
หากท่านไม่ได้เข้าสู่ระบบอยู่ แสดงว่ามีผู้รู้รหัสผ่านของหน่วยงานท่าน ให้ตั้งรหัสผ่านใหม่ทันที สอบถาม {contact}

สำนักงาน ป.ป.ช.
"""
ALARM_SUBJECT = "มีผู้พยายามเข้าสู่ระบบไม่สำเร็จหลายครั้ง e-PlanNACC"
ALARM_MAIL = """เรียน ผู้ประสานงาน {name}

วันนี้มีผู้พยายามเข้าสู่ระบบ e-PlanNACC ในชื่อหน่วยงานท่านไม่สำเร็จ {number} ครั้ง ระบบหน่วงเวลาการลองครั้งต่อไปไว้แล้ว
บัญชีไม่ถูกล็อก และท่านยังเข้าใช้จากเครื่องเดิมได้ตามปกติ ดูว่ามาจากที่ใดได้ที่

{link}

หากไม่ใช่คนในหน่วยงานท่าน ให้ตั้งรหัสผ่านที่เดายาก ไม่ใช้ซ้ำกับที่อื่น สอบถาม {contact}

สำนักงาน ป.ป.ช.
"""
OFFICE_ALARM_MAIL = """เรียน ผู้ดูแลระบบ e-PlanNACC

วันนี้มีการเข้าสู่ระบบที่ไม่สำเร็จ {number} ครั้ง มี {accounts} บัญชีที่ถูกลองหลายครั้งผิดปกติ ดูรายละเอียดได้ที่

{link}
"""


@letter(RESET)
def reset(owed: MailLog, public_url: str) -> Letter | None:
    """One mail with the link of each LAO that has the address; None where none of them can renew its password."""
    links, secret_key, now = [], current_app.config["SECRET_KEY"], clock.now()
    asked_at, by_hand = owed.queued_at, owed.queued_by_id is not None
    with transaction():  # one, so that no account is handed over between the question and the link
        for account_id, name in queries.renewable_accounts(owed.to_address, owed.organisation_id):
            token = reset_link(account_id, asked_at, secret_key, now, told=by_hand)
            if token:
                links.append((name, f"{public_url}/forgot/{token}"))
    if not links:
        return None
    names = ", ".join(name for name, _link in links)
    lines = [link if len(links) == 1 else f"{name}\n{link}" for name, link in links]
    return Letter(SUBJECT, RESET_MAIL.format(names=names, links="\n\n".join(lines)))


@daily
def forget_old_sessions() -> None:
    """Those that are over for some days, however they ended."""
    with transaction():
        operations.forget_sessions(clock.now() - current_app.permanent_session_lifetime - SESSIONS_KEPT)


@daily
def forget_old_failures() -> None:
    with transaction():
        operations.forget_failures(clock.now() - FAILURES_KEPT)


@upkeep
def owe_alarms() -> None:
    """Of today's failures so far: whoever is being guessed at is told within a minute, and once a day."""
    now = clock.now()
    with transaction():
        operations.owe_alarms(current_app.config["ALARM_EMAIL"], clock.day_start(now), now)


CHANGED = {NEW_EMAIL: "อีเมลผู้ประสานงาน", NEW_PASSWORD: "รหัสผ่าน", NEW_FACTOR: "การยืนยันตัวตนขั้นที่สอง"}


@letter(NEW_EMAIL)
@letter(NEW_PASSWORD)
@letter(NEW_FACTOR)
def change(owed: MailLog, public_url: str) -> Letter:
    """Word of a change to the address that was the LAO's when it was made."""
    what = CHANGED[owed.kind]
    name = queries.organisation_name(owed.organisation_id or 0)
    at = f"{clock.thai_date(owed.queued_at)} {clock.thai_time(owed.queued_at)}"
    text = CHANGE_MAIL.format(name=name, what=what, at=at, link=f"{public_url}/account/sessions", contact=contact())
    return Letter(f"เปลี่ยน{what}แล้ว e-PlanNACC", text)


@letter(SIGN_IN_CODE)
def sign_in_code(owed: MailLog, _public_url: str) -> Letter | None:
    """The code for the second step of a sign-in; None where nobody waits for it any more."""
    if clock.now() - owed.queued_at >= ASKED_FOR:
        return None
    code = mail_code(current_app.config["SECRET_KEY"], owed.id)
    name = queries.organisation_name(owed.organisation_id or 0)
    return Letter(f"รหัสเข้าสู่ระบบ {code} e-PlanNACC", CODE_MAIL.format(name=name, code=code, contact=contact()))


@letter(ALARM)
def alarm(owed: MailLog, public_url: str) -> Letter:
    """The failures of the day at one LAO's account, or all there were, to the office."""
    since = clock.day_start(owed.queued_at)
    counts = queries.failures_by_account(since)
    if owed.organisation_id is not None:
        number = sum(each.failures for each in counts if each.organisation_id == owed.organisation_id)
        name, link = queries.organisation_name(owed.organisation_id), f"{public_url}/account/sessions"
        return Letter(ALARM_SUBJECT, ALARM_MAIL.format(name=name, number=f"{number:,}", link=link, contact=contact()))
    numbers = {
        "number": sum(each.failures for each in counts),
        "accounts": sum(each.account_id is not None and each.failures >= ALARM_AT_ACCOUNT for each in counts),
    }
    shown = {name: f"{number:,}" for name, number in numbers.items()}
    return Letter(ALARM_SUBJECT, OFFICE_ALARM_MAIL.format(**shown, link=f"{public_url}/nacc/admin/failed-sign-ins"))
