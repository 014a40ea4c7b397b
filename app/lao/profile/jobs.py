"""What the worker does once a day: nobody is known for longer than we said."""

from app import clock
from app.access import system
from app.db import db, transaction
from app.jobs import daily
from app.lao.profile import operations, queries
from app.lao.profile.rules import CONTACTS_KEPT

REASON = "พ้นกำหนดเก็บข้อมูลผู้ประสานงานคนก่อน"


@daily
def forget_contacts_in_time() -> None:
    now = clock.now()
    until = now - CONTACTS_KEPT
    laos = queries.laos_changed_before(until)
    db.session.rollback()
    for id_ in laos:
        if queries.former_details(id_, until):
            with transaction():
                operations.forget_former_contacts(system("retention"), id_, REASON, until, now)
        db.session.rollback()
