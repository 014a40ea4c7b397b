"""What becomes of an LAO that is merged into another, or split."""

from dataclasses import dataclass
from datetime import date, datetime

from app.clock import fiscal_year, fiscal_year_start
from app.models.enums import Labelled, OrganisationType
from app.registry.rules import Effect


def type_in_name(name: str) -> OrganisationType | None:
    """The type that an LAO's name begins with, where it says one."""
    return next((kind for kind in OrganisationType if name.startswith(kind.label)), None)


def contradiction(name: str, type_label: str) -> dict[str, str]:
    """What to ask where the name says another type than the one chosen, by field; empty where they agree."""
    said = type_in_name(name)
    if said is None or said.label == type_label:
        return {}
    return {"name": f"ขึ้นต้นด้วย “{said.label}”", "type": f"ที่เลือกคือ “{type_label}” ซึ่งไม่ตรงกับชื่อ"}


class SuccessionKind(Labelled):
    MERGE = "merge", "ยุบรวมหรือแยกทั้งหมด: ปิด อปท. นี้"
    SPLIT = "split", "แยกบางส่วนออกไป: อปท. นี้ยังอยู่"


class ProjectsGo(Labelled):
    """What becomes of a closed LAO's projects in the years to come."""

    ALONG = "along", "โอนไปยัง อปท. ที่รับช่วง (รหัสแรก)"
    END = "end", "สิ้นสุด ไม่ดำเนินการต่อ"


@dataclass(frozen=True)
class SuccessionFacts:
    """What a paper says of an LAO and those that go on for it; `codes`: theirs, the one that takes projects first."""

    kind: SuccessionKind
    codes: list[str]
    projects: ProjectsGo
    document_date: date
    effect: Effect


def first_year_after(closing: datetime) -> int:
    """The first fiscal year an LAO closed at that moment does not begin."""
    year = fiscal_year(closing)
    return year if closing <= fiscal_year_start(year) else year + 1


def hand_on_reason(lao: str, successor: str, document: str) -> str:
    """Why a project of a closed LAO is no longer there, as citizens read it; `successor` "": it ended."""
    went = f"โครงการย้ายไปที่ {successor}" if successor else "โครงการสิ้นสุด"
    return f"{lao} ปิดตาม {document} {went}"
