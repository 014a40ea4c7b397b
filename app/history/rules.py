"""The history in words a clerk reads. Facts in, Thai out: this is the one table of them, for every page and file."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from app.clock import thai_date, thai_time
from app.language import said
from app.models.enums import (
    Action,
    CannotReason,
    Entity,
    FactorKind,
    Kind,
    Labelled,
    Level,
    OrganisationType,
    PlanStatus,
    ReportStatus,
    ReviewStatus,
    Role,
    Round,
    SecondPerson,
    SignKind,
    SignVerdict,
    SizeClass,
    Which,
)
from app.words import baht

PROPOSED_BY = "proposed_by"  # the number of an account: of the first of two persons
# Every fact that an entry can hold. Of who coordinates and who leads, only that it changed is ever shown.
FACTS = {
    "name": "ชื่อ",
    "kind": "ประเภทงาน",
    "dimension": "มิติหลัก",
    "sub_heading": "หัวข้อย่อย",
    "further_dimensions": "มิติเพิ่มเติม",
    "quarters": "ไตรมาส",
    "target_group": "กลุ่มเป้าหมาย",
    "objective": "วัตถุประสงค์",
    "budgets": "งบประมาณ",
    "review_status": "ผลพิจารณา",
    "review_reason": "เหตุผลที่ปฏิเสธ",
    "reviewed_at": "พิจารณาเมื่อ",
    "created_at": "บันทึกเมื่อ",
    "reported_at": "รายงานเมื่อ",
    "status": "สถานะ",
    "ordinance_budget": "ตามข้อบัญญัติ",
    "spent": "เบิกจ่ายจริง",
    "cannot_reason": "เหตุผล",
    "cannot_text": "เหตุผลอื่น",
    "note": "หมายเหตุ",
    "obstacles": "ปัญหาอุปสรรค",
    "suggestions": "ข้อเสนอแนะ",
    "factor": "ขั้นที่สอง",
    "code": "รหัส",
    "type": "ประเภท อปท.",
    "province_code": "รหัสจังหวัด",
    "district_code": "รหัสอำเภอ",
    "closed_at": "ปิด อปท. เมื่อ",
    "founded_at": "ตั้ง อปท. เมื่อ",
    "effective_at": "มีผลเมื่อ",
    "succession": "เหตุการณ์",
    "successors": "รับช่วงโดย",
    "formerly": "รหัสตรวจชื่อและรหัสเดิม (SHA-256)",
    "goes_on": "รหัสตรวจการรับช่วง (SHA-256)",
    "document_date": "ประกาศลงวันที่",
    "opens_at": "เปิดรับรายงาน",
    "closes_at": "ปิดรับรายงาน",
    "sar_closed_at": "ปิดรับคะแนน SAR เมื่อ",
    "published_at": "เผยแพร่คะแนนเมื่อ",
    "locked_at": "ล็อกเมื่อ",
    "deleted_at": "ลบเมื่อ",
    PROPOSED_BY: "เสนอโดย",
    "score": "คะแนน",
    "edition": "ฉบับที่",
    "total": "โครงการทั้งหมด",
    "done": "แล้วเสร็จ",
    "percent": "แล้วเสร็จร้อยละ",
    "level": "ระดับ",
    "sha256": "รหัสตรวจเอกสาร (SHA-256)",
    "in_progress": "อยู่ระหว่างดำเนินการ",
    "cannot": "ไม่สามารถดำเนินการได้",
    "planned": "งบประมาณตามแผน",
    "budget_percent": "เบิกจ่ายร้อยละ",
    "year": "ปีงบประมาณ",
    "round": "รอบ (เดือน)",
    "years": "ปีของแผน",
    "dimensions": "ชื่อมิติ",
    "max_score": "คะแนนเต็ม",
    "sub_headings": "หัวข้อย่อย",
    "text": "ข้อความ",
    "reasons": "ลำดับเหตุผล",
    "browser": "เครื่องที่ใช้",  # of sign-ins of before: sessions alone hold it now
    "value": "ข้อความ",
    "second_person": "ผู้ยืนยันคนที่สอง",
    "proposed": "สิ่งที่เสนอ",
    "number": "จำนวน",
    "reason": "เหตุผลที่ขยายเวลา",
    "username": "ชื่อผู้ใช้",
    "role": "บทบาท",
    "provinces": "รหัสจังหวัดที่ดูแล",
    "added": "เพิ่ม (แห่ง)",
    "upgraded": "ยกฐานะ (แห่ง)",
    "sign": "สิ่งที่ควรตรวจสอบ",
    "verdict": "ผลการตรวจสอบ",
    "size": "ขนาด",
    "address": "ที่ตั้งที่ทำการ",
    "area_km2": "ขนาดพื้นที่ให้บริการ (ตร.กม.)",
    "population": "ประชากรในพื้นที่ (คน)",
    "income_own": "รายได้ไม่รวมเงินอุดหนุน",
    "income_subsidy": "รายได้จากเงินอุดหนุน",
    "website": "เว็บไซต์ อปท.",
    "executive_name": "ชื่อผู้บริหารท้องถิ่น",
    "clerk_name": "ชื่อปลัด",
    "contact_name": "ชื่อผู้ประสานงาน",
    "contact_position": "ตำแหน่งผู้ประสานงาน",
    "contact_department": "สังกัดผู้ประสานงาน",
    "phone": "โทรศัพท์",
    "mobile": "โทรศัพท์เคลื่อนที่",
    "fax": "โทรสาร",
    "email": "อีเมล",
    "mail_notices": "แจ้งเตือนทางอีเมล",
}
PERSONAL = frozenset(
    {"executive_name", "clerk_name", "contact_name", "contact_position", "contact_department"}
    | {"phone", "mobile", "fax", "email"}
)
NOT_SHOWN = "(ไม่แสดง)"
NO_VALUE = "–"
MONEY = frozenset(
    {"budgets", "planned", "ordinance_budget", "spent", "score", "max_score", "income_own", "income_subsidy"}
)
SCORE = re.compile(rf"({'|'.join(Which)})_(\d)")  # as Cell.name in evaluation/rules.py

# What is stored of these facts is a name; the screens say its label. The status is a report's or a plan year's.
CHOICES: dict[str, tuple[type[Labelled], ...]] = {
    "kind": (Kind,),
    "review_status": (ReviewStatus,),
    "status": (ReportStatus, PlanStatus),
    "cannot_reason": (CannotReason,),
    "type": (OrganisationType,),
    "level": (Level,),
    "role": (Role,),
    "size": (SizeClass,),
    "sign": (SignKind,),
    "verdict": (SignVerdict,),
    "second_person": (SecondPerson,),
    "factor": (FactorKind,),
}
LABELS = {name: {each.value: each.label for kind in kinds for each in kind} for name, kinds in CHOICES.items()}
ACTION_LABELS = {action.value: action.label for action in Action}
OTHER_ACTION = "เปลี่ยนแปลงข้อมูล"


# What is told to NACC only, however much it is about an LAO.
OF_NACC_ONLY = (Entity.NOTE, Entity.PROPOSED_DEED)


def changed_by(role: Role | None, name: str, *, own: bool, asked_by: Role) -> str:
    """How a row came to be another than a page shows; stands behind the row's name. `role` None: nobody knows who."""
    if role is None:
        return "มีการแก้ไขหลังจากเปิดหน้านี้"
    if own and asked_by is Role.LAO:  # everybody of an LAO signs in with its one account
        return "มีการแก้ไขจากหน้าต่างอื่นหรือเครื่องอื่นของบัญชีนี้"
    if own:
        return "มีการแก้ไขโดยท่านเองในหน้าต่างอื่น"
    return f"มีการแก้ไขโดย {'ป.ป.ช.' if asked_by is Role.LAO else name} หลังจากเปิดหน้านี้"


def told_in_public(role: Role, lao: str) -> str:
    """Who did it, for citizens: the LAO, or an office, and never a person."""
    return {Role.LAO: lao, Role.SYSTEM: Role.SYSTEM.label}.get(role) or said("ป.ป.ช.")


class FactChange(NamedTuple):
    """A fact that differs, ready to print."""

    label: str
    before: str
    after: str


def action_label(stored: str) -> str:
    """What was done, in Thai, also where a later version of the system kept a word that this one does not know."""
    return said(ACTION_LABELS.get(stored, OTHER_ACTION))


@dataclass(frozen=True)
class HistoryFilter:
    """What of a history is shown; empty does not narrow. Days are Thailand's, both included."""

    since: datetime | None = None
    until: datetime | None = None
    role: str = ""
    entity: str = ""
    project: int | None = None

    @property
    def in_words(self) -> str:
        """For the heading of a file: what it holds."""
        told = [
            f"ตั้งแต่ {thai_date(self.since)}" if self.since else "",
            f"ถึง {thai_date(self.until)}" if self.until else "",
            f"โดย {Role(self.role).label}" if self.role else "",
            f"เรื่อง {Entity(self.entity).label}" if self.entity else "",
            f"โครงการ {self.project}" if self.project else "",
        ]
        return " · ".join(word for word in told if word)


def _year_and_round(year: str, round_: str) -> str:
    return said("ปี {year} {round}", year=year, round=Round(int(round_)).label)


# What each kind of entry is about, of the parts of its key and whose history it is. The others need no more words.
SUBJECTS: dict[str, Callable[[list[str], str], str]] = {
    Entity.PROJECT: lambda key, _whose: f"{Entity.PROJECT.label} {key[0]}",
    Entity.REPORT: lambda key, _whose: f"{Entity.PROJECT.label} {key[0]} {_year_and_round(*key[1:])}",
    Entity.WINDOW: lambda key, whose: f"{_year_and_round(*key)} {whose}",
    Entity.FIXED_ROUND: lambda key, whose: f"{_year_and_round(*key[1:])} {whose}",
    Entity.SIGN: lambda key, whose: f"{_year_and_round(*key[1:3])} {whose}",
    Entity.SENT_ROUND: lambda key, whose: f"{_year_and_round(*key[1:])} {whose}",
    Entity.PLAN_YEAR: lambda key, whose: f"{Entity.PLAN_YEAR.label} {key[1]} {whose}",
    Entity.SCORES: lambda key, whose: f"{Entity.SCORES.label} {key[1]} {whose}",
    Entity.NOTE: lambda key, whose: f"{Entity.PROJECT.label} {key[1]}" if len(key) > 1 else whose,
    Entity.SCORE_CHANGE: lambda key, whose: f"{Entity.SCORE_CHANGE.label} {key[1]} {whose}",
    Entity.PROFILE: lambda _key, whose: f"{Entity.PROFILE.label} {whose}",
    Entity.ACCOUNT: lambda _key, whose: f"{Entity.ACCOUNT.label} {whose}",
    Entity.ORGANISATION: lambda _key, whose: f"{Entity.ORGANISATION.label} {whose}",
    Entity.DIMENSION: lambda key, _whose: said("มิติที่ {number}", number=key[1]),
    Entity.MINIMUM_SCORE: lambda key, _whose: f"{Entity.MINIMUM_SCORE.label} {key[0]}",
    Entity.PROPOSED_DEED: lambda _key, whose: whose,
    **{
        each: lambda _key, _whose, entity=each: entity.label  # type: ignore[misc]
        for each in (Entity.PLAN_PERIOD, Entity.REJECTION_REASON, Entity.SETTING, Entity.REGISTRY)
    },
}


def subject(entity: str, key: str, whose: str) -> str:
    """What it was done to; never the number of a row that only the database knows.

    `whose`: the LAO it is about, or the person whose account it is.
    """
    told = SUBJECTS.get(entity)
    return told(key.split("/"), whose).strip() if told else ""


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[FactChange]:
    """Each fact that differs; for something new, what it was made with."""
    old, new = before or {}, after or {}
    scores = sorted((name for name in old.keys() | new.keys() if SCORE.fullmatch(name)), key=_order)
    differing = [name for name in (*FACTS, *scores) if _said(old.get(name)) != _said(new.get(name))]
    return [FactChange(label_of(name), _shown(name, old.get(name)), _shown(name, new.get(name))) for name in differing]


def _said(value: Any) -> Any:
    """A text that is empty says as little as one of which an older entry knew nothing."""
    return None if value == "" else value


def with_names(facts: Mapping[str, Any], staff: Mapping[str, str]) -> dict[str, Any]:
    """With the name of who proposed, of whom an entry keeps the number of the account."""
    named = {PROPOSED_BY: staff.get(str(facts[PROPOSED_BY]), "")} if PROPOSED_BY in facts else {}
    return {**facts, **named}


def as_the_lao_reads(facts: Mapping[str, Any], *, published: bool) -> dict[str, Any]:
    """Without NACC's scores where they were not published yet when it was written."""
    if published:
        return dict(facts)
    return {name: value for name, value in facts.items() if not name.startswith(f"{Which.EVALUATION.value}_")}


def _order(score: str) -> tuple[int, str]:
    which, dimension = score.rsplit("_", 1)
    return list(Which).index(Which(which)), dimension


def label_of(name: str) -> str:
    if score := SCORE.fullmatch(name):
        return said("{which} มิติที่ {number}", which=Which(score[1]).label, number=score[2])
    return said(FACTS[name])


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return said("ใช่") if value else said("ไม่ใช่")
    if value in (None, "", [], {}):
        return NO_VALUE
    if name in PERSONAL:
        return said(NOT_SHOWN)
    if name.endswith("_at"):
        moment = datetime.fromisoformat(value)
        return f"{thai_date(moment, short=True)} {thai_time(moment)}"
    if name.endswith("_date"):
        return thai_date(date.fromisoformat(value), short=True)
    if isinstance(value, Mapping):
        return " · ".join(f"{year}: {_amount(amount)}" for year, amount in sorted(value.items()))
    if name in MONEY or SCORE.fullmatch(name):
        return _amount(value)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    known = LABELS.get(name, {}).get(text)
    return said(known) if known else text


def _amount(kept: str | None) -> str:
    return baht(None if kept is None else Decimal(kept), missing=said("ไม่ใช้งบประมาณ"))
