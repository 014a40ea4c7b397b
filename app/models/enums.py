"""Every status and choice of the domain, with its Thai label where a screen shows it."""

from enum import IntEnum, StrEnum


class Labelled(StrEnum):
    """A choice whose value is stored and whose `label` is shown."""

    label: str

    def __new__(cls, value: str, label: str = "") -> "Labelled":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Role(Labelled):
    LAO = "lao", "อปท."
    OFFICER = "officer", "เจ้าหน้าที่ ป.ป.ช."
    ADMINISTRATOR = "administrator", "ผู้ดูแลระบบ"
    SYSTEM = "system", "ระบบ"


class OrganisationType(Labelled):
    """In the order Thai offices list them, largest first."""

    BANGKOK = "bangkok", "กรุงเทพมหานคร"
    PATTAYA = "pattaya", "เมืองพัทยา"
    PAO = "pao", "องค์การบริหารส่วนจังหวัด"
    CITY = "city", "เทศบาลนคร"
    TOWN = "town", "เทศบาลเมือง"
    SUBDISTRICT_MUNICIPALITY = "subdistrict_municipality", "เทศบาลตำบล"
    SAO = "sao", "องค์การบริหารส่วนตำบล"


class SizeClass(Labelled):
    SMALL = "small", "เล็ก"
    MEDIUM = "medium", "กลาง"
    LARGE = "large", "ใหญ่"


class PlanStatus(Labelled):
    NOT_SENT = "not_sent", "ยังไม่ส่งแผน"
    FAILED = "failed", "แผนไม่ผ่าน"
    PASSED = "passed", "แผนผ่าน"


class Kind(Labelled):
    PROJECT = "project", "โครงการ"
    ACTIVITY = "activity", "กิจกรรม"
    MEASURE = "measure", "มาตรการ"
    GUIDELINE = "guideline", "แนวปฏิบัติงาน"


class ReviewStatus(Labelled):
    PENDING = "pending", "รอพิจารณา"
    APPROVED = "approved", "รับรอง"
    REJECTED = "rejected", "ปฏิเสธ"


class Round(IntEnum):
    """Months of the fiscal year a report covers."""

    SIX = 6
    TWELVE = 12

    @property
    def label(self) -> str:
        return f"รอบ {self.value} เดือน"


class ReportStatus(Labelled):
    NOT_REPORTED = "not_reported", "ยังไม่รายงานผล"
    IN_PROGRESS = "in_progress", "อยู่ระหว่างดำเนินการ"
    DONE = "done", "ดำเนินการแล้วเสร็จ"
    CANNOT = "cannot", "ไม่สามารถดำเนินการได้"


class CannotReason(Labelled):
    NO_BUDGET = "no_budget", "ไม่ได้รับงบประมาณ"
    POLICY_CHANGED = "policy_changed", "นโยบายผู้บริหารเปลี่ยนแปลง"
    STAFF_SHORT = "staff_short", "บุคลากรไม่เพียงพอ"
    OTHER = "other", "อื่นๆ"


class Level(Labelled):
    HIGH = "high", "มาก"
    MEDIUM = "medium", "ปานกลาง"
    LOW = "low", "น้อย"
    NOT_REPORTED = "not_reported", "ยังไม่รายงานผล"
    NOT_PASSED = "not_passed", "ยังไม่ส่งแผน หรือแผนไม่ผ่าน"


class PlaceKind(Labelled):
    """What results are told for; the value is its part of an address."""

    COUNTRY = "country", "ประเทศ"
    REGION = "regions", "ภาค"
    PROVINCE = "provinces", "จังหวัด"
    DISTRICT = "districts", "อำเภอ"
    ORGANISATION = "organisations", "อปท."


class ExportWhat(Labelled):
    PROJECTS = "projects", "รายการโครงการและผลรายงาน"
    RESULTS = "results", "ผลการดำเนินงานราย อปท."


class ExportKind(Labelled):
    XLSX = "xlsx", "Excel"
    CSV = "csv", "CSV"


class ExportState(Labelled):
    QUEUED = "queued", "รอคิว"
    RUNNING = "running", "กำลังสร้าง"
    DONE = "done", "พร้อมดาวน์โหลด"
    FAILED = "failed", "สร้างไม่สำเร็จ"
    CANCELLED = "cancelled", "ยกเลิกแล้ว"
