"""The plan periods and the rejection reasons every installation starts with; an administrator can change them."""

from decimal import Decimal

from app.db import db
from app.history.operations import stand_again
from app.models import Dimension, PlanPeriod, RejectionReason

# The dimensions of the action plan 2561-2564, as both manuals print them.
DIMENSIONS = (
    "การสร้างสังคมที่ไม่ทนต่อการทุจริต",
    "การบริหารราชการเพื่อป้องกันการทุจริต",
    "การส่งเสริมบทบาทและการมีส่วนร่วมของภาคประชาชน",
    "การเสริมสร้างและปรับปรุงกลไกในการตรวจสอบการปฏิบัติราชการขององค์กรปกครองส่วนท้องถิ่น",
)
PERIODS = ((2561, 2564), (2566, 2570))
REASONS = (
    "ไม่สอดคล้องกับมิติที่กำหนด",
    "เป็นงานตามภารกิจปกติ ไม่เกี่ยวกับการป้องกันการทุจริต",
    "รายละเอียดไม่เพียงพอต่อการพิจารณา",
    "บันทึกซ้ำกับโครงการอื่น",
)


def add_basics() -> bool:
    """Add plan periods and rejection reasons to a database that has none; False where they were there."""
    if db.session.query(PlanPeriod.id).first():
        return False
    for first, last in PERIODS:
        period = PlanPeriod(first_year=first, last_year=last)
        db.session.add(period)
        db.session.flush()
        db.session.add_all(
            Dimension(plan_period_id=period.id, number=number, name=name, max_score=Decimal(25))
            for number, name in enumerate(DIMENSIONS, start=1)
        )
    db.session.add_all(RejectionReason(text=text, position=place) for place, text in enumerate(REASONS))
    db.session.flush()
    stand_again("plan-periods", "dimensions")
    return True
