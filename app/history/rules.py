"""The history in words a clerk reads. Facts in, Thai out."""

from collections.abc import Mapping
from typing import Any

from app.models.enums import CannotReason, Kind, Labelled, PlanStatus, ReportStatus, ReviewStatus

ACTIONS = {
    "record": "บันทึกโครงการ",
    "edit": "แก้ไข",
    "delete": "ลบโครงการ",
    "bring back": "กู้คืนโครงการ",
    "report": "รายงานผล",
    "correct report": "แก้ไขรายงานผล",
    "approve": "ป.ป.ช. รับรอง",
    "reject": "ป.ป.ช. ปฏิเสธ",
    "take back": "ป.ป.ช. เลิกทำผลพิจารณา",
    "set plan year": "ป.ป.ช. เปลี่ยนผลแผน",
    "give more time": "ป.ป.ช. ขยายเวลารายงาน",
    "fill": "กรอกข้อมูลพื้นฐาน",
    "claim": "ตั้งรหัสผ่านครั้งแรก",
    "change password": "เปลี่ยนรหัสผ่าน",
    "reset password": "ตั้งรหัสผ่านใหม่จากลิงก์",
    "sign in": "เข้าสู่ระบบ",
    "added": "เพิ่มในทะเบียน",
    "upgraded": "ยกฐานะ",
    "moved": "ย้ายพื้นที่",
    "renamed": "เปลี่ยนชื่อ",
    "retyped": "เปลี่ยนประเภท",
    "close": "ปิด อปท.",
    "open again": "เปิด อปท. อีกครั้ง",
}
# Only these are ever shown: who coordinates, with telephone and e-mail, stands in the history but not among them.
FACTS = {
    "name": "ชื่อ",
    "kind": "ประเภทงาน",
    "dimension": "มิติหลัก",
    "further_dimensions": "มิติเพิ่มเติม",
    "quarters": "ไตรมาส",
    "target_group": "กลุ่มเป้าหมาย",
    "objective": "วัตถุประสงค์",
    "budgets": "งบประมาณ",
    "review_status": "ผลพิจารณา",
    "status": "สถานะ",
    "ordinance_budget": "ตามข้อบัญญัติ",
    "spent": "เบิกจ่ายจริง",
    "cannot_reason": "เหตุผล",
    "cannot_text": "เหตุผลอื่น",
    "note": "หมายเหตุ",
}


# What is stored of these facts is a name; the screens say its label. The status is a report's or a plan year's.
CHOICES: dict[str, tuple[type[Labelled], ...]] = {
    "kind": (Kind,),
    "review_status": (ReviewStatus,),
    "status": (ReportStatus, PlanStatus),
    "cannot_reason": (CannotReason,),
}
LABELS = {name: {each.value: each.label for kind in kinds for each in kind} for name, kinds in CHOICES.items()}


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """(what, before, after) of each fact that differs; for something new, what it was made with."""
    old, new = before or {}, after or {}
    differing = [name for name in FACTS if old.get(name) != new.get(name)]
    return [(FACTS[name], _shown(name, old.get(name)), _shown(name, new.get(name))) for name in differing]


def _shown(name: str, value: Any) -> str:
    text = _text(value)
    return LABELS.get(name, {}).get(text, text)


def _text(value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, Mapping):
        return " · ".join(f"{key}: {_text(each)}" for key, each in sorted(value.items()))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
