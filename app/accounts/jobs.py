"""What goes out behind the request: links with which a forgotten password is renewed."""

from flask import current_app

from app import clock, mail
from app.access import Actor, system
from app.accounts import operations, queries
from app.db import transaction

RESET_MAIL = """เรียน ผู้ประสานงาน {name}

มีผู้ขอตั้งรหัสผ่านใหม่สำหรับเข้าใช้ระบบ e-PlanNACC ของหน่วยงานท่าน
กดลิงก์ด้านล่างเพื่อตั้งรหัสผ่านใหม่ ลิงก์นี้ใช้ได้ครั้งเดียว ภายใน 30 นาที

{link}

หากท่านไม่ได้เป็นผู้ขอ ไม่ต้องทำอะไร รหัสผ่านเดิมยังใช้ได้

สำนักงาน ป.ป.ช.
"""


def send_reset_links(email: str) -> None:
    """Mail a single-use link to each LAO whose profile has `email`; do nothing for an unknown one.

    Behind the request, so that the answer takes the same time either way.
    """
    for account_id, name, stored in queries.accounts_with_email(email):
        send_reset_link(system("password reset"), account_id, name, stored)


def send_reset_link(actor: Actor, account_id: int, name: str, email: str) -> None:
    """Mail a single-use link to `email`, the address of the LAO `name`."""
    with transaction():
        token = operations.new_reset_link(actor, account_id, clock.now())
    link = f"{current_app.config['PUBLIC_URL']}/forgot/{token}"
    mail.send(email, "ตั้งรหัสผ่านใหม่ e-PlanNACC", RESET_MAIL.format(name=name, link=link))
