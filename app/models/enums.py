"""Every status and choice of the domain, with its Thai label where a screen shows it."""

from enum import IntEnum, StrEnum

from app.language import said


class Labelled(StrEnum):
    """A choice whose value is stored and whose `label` is shown: in Thai, or in the language of the page."""

    thai: str

    def __new__(cls, value: str, label: str = "") -> "Labelled":
        member = str.__new__(cls, value)
        member._value_ = value
        member.thai = label
        return member

    @property
    def label(self) -> str:
        return said(self.thai)


class Role(Labelled):
    LAO = "lao", "อปท."
    OFFICER = "officer", "เจ้าหน้าที่ ป.ป.ช."
    ADMINISTRATOR = "administrator", "ผู้ดูแลระบบ"
    SYSTEM = "system", "ระบบ"


class EndedBecause(Labelled):
    """Why a session is over, in words for its owner. One that ran out of time ends by the clock alone."""

    SIGNED_OUT = "signed out", "ออกจากระบบ"
    SIGNED_IN_ANEW = "signed in anew", "เข้าสู่ระบบใหม่ในเครื่องเดิม"
    BY_OWNER = "by owner", "เจ้าของบัญชีสั่งออกจากระบบ"
    NEW_PASSWORD = "new password", "เปลี่ยนรหัสผ่าน"
    SHUT_OUT = "shut out", "บัญชีถูกล็อก ส่งต่อ หรือปิด"
    NEW_ROLE = "new role", "บทบาทของบัญชีเปลี่ยน"
    NEW_FACTOR = "new factor", "เปลี่ยนการยืนยันตัวตนขั้นที่สอง"


class FailedBecause(Labelled):
    """Why a try to sign in proved nothing: for the owner and administrators, never for who tried."""

    UNKNOWN_NAME = "unknown name", "ไม่มีผู้ใช้ชื่อนี้"
    WRONG_PASSWORD = "wrong password", "รหัสผ่านไม่ถูกต้อง"
    WRONG_CODE = "wrong code", "รหัสเปิดใช้งานไม่ถูกต้อง"
    LOCKED = "locked", "บัญชีล็อกอยู่"
    WRONG_PRESENT = "wrong present password", "รหัสผ่านปัจจุบันไม่ถูกต้อง ในระบบที่เข้าใช้อยู่"
    WRONG_SECOND = "wrong second factor", "รหัสผ่านถูกต้อง แต่ขั้นที่สองไม่ถูกต้อง"


class FactorKind(Labelled):
    """What proves, beside the password, who somebody is."""

    APP = "app", "แอปยืนยันตัวตน"
    PASSKEY = "passkey", "พาสคีย์"
    RECOVERY = "recovery", "รหัสสำรอง"


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
        return said("รอบ {months} เดือน", months=self.value)


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


class Which(Labelled):
    """Whose score it is: the LAO's own, or NACC's."""

    SAR = "sar", "คะแนน SAR"
    EVALUATION = "evaluation", "ผลประเมิน"


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


class SignKind(Labelled):
    """What in the reports of an LAO should be looked at once more. None of them says that anything is wrong."""

    OVER_ORDINANCE = "over_ordinance", "เบิกจ่ายมากกว่างบประมาณตามข้อบัญญัติ"
    DONE_UNSPENT = "done_unspent", "แล้วเสร็จโดยยังไม่มีการเบิกจ่าย"
    DONE_AT_ONCE = "done_at_once", "หลายโครงการแล้วเสร็จภายใน 1 นาที"
    SAME_TEXT = "same_text", "ข้อความเดียวกันในหลาย อปท."
    LAST_HOUR = "last_hour", "แก้ไขหลายรายงานในชั่วโมงสุดท้ายก่อนปิดรอบ"
    DONE_UNDONE = "done_undone", "รอบก่อนแล้วเสร็จ แต่รอบนี้ยังไม่แล้วเสร็จ"


class SignVerdict(Labelled):
    """What an officer says of a sign that was looked at."""

    NO_PROBLEM = "no_problem", "ตรวจสอบแล้ว ไม่มีข้อสังเกต"
    ASKED = "asked", "สอบถาม อปท. แล้ว"
    NOTED = "noted", "รับทราบ เก็บไว้เป็นข้อมูล"


class SecondPerson(Labelled):
    """For which deeds of NACC's an administrator wants a second person."""

    OFF = "off", "ไม่ใช้"
    REJECTIONS = "rejections", "เมื่อปฏิเสธโครงการ"
    BULK = "bulk", "เมื่อทำหลายรายการพร้อมกัน"
    BOTH = "both", "ทั้งสองกรณี"


class ProposedKind(Labelled):
    """What is proposed to a second person."""

    VERDICTS = "verdicts", "พิจารณาโครงการ:"
    PLAN_YEARS = "plan_years", "เปลี่ยนผลแผนเป็น"
    PUBLISHING = "publishing", "เผยแพร่คะแนน"


class ProposalAnswer(Labelled):
    """What became of a proposal: dropped where somebody decided otherwise first."""

    CONFIRM = "confirm", "ยืนยันแล้ว"
    DECLINE = "decline", "ไม่รับ"
    WITHDRAW = "withdraw", "ถอนแล้ว"
    DROP = "drop", "ตกไป เพราะมีการพิจารณาก่อน"


class Action(Labelled):
    """What was done, as the history keeps it and as its readers see it: an LAO its own, NACC those it oversees.

    A value stays for ever: entries that were written with it stand, and nobody may change them.
    """

    RECORD = "record", "บันทึกโครงการ"
    EDIT = "edit", "แก้ไข"
    DELETE = "delete", "ลบโครงการ"
    BRING_BACK = "bring back", "กู้คืนโครงการ"
    REPORT = "report", "รายงานผล"
    CORRECT_REPORT = "correct report", "แก้ไขรายงานผล"
    TAKE_BACK_REPORT = "take back report", "เลิกทำการรายงานหลายโครงการ"
    APPROVE = "approve", "ป.ป.ช. รับรอง"
    REJECT = "reject", "ป.ป.ช. ปฏิเสธ"
    TAKE_BACK = "take back", "ป.ป.ช. เลิกทำผลพิจารณา"
    SET_PLAN_YEAR = "set plan year", "ป.ป.ช. เปลี่ยนผลแผน"
    SET_WINDOW = "set window", "กำหนดเวลารายงาน"
    GIVE_MORE_TIME = "give more time", "ป.ป.ช. ขยายเวลารายงาน"
    QUEUE_REMINDER = "queue reminder", "ป.ป.ช. ส่งอีเมลเตือน"
    ENTER_SCORES = "enter scores", "กรอกคะแนน"
    CLOSE_SCORES = "close scores", "ป.ป.ช. ปิดรับคะแนน SAR"
    OPEN_SCORES = "open scores", "ป.ป.ช. เปิดรับคะแนน SAR"
    PUBLISH_SCORES = "publish scores", "ป.ป.ช. เผยแพร่คะแนน"
    PROPOSE_SCORES = "propose scores", "ป.ป.ช. เสนอแก้ไขคะแนนที่เผยแพร่แล้ว"
    CONFIRM_SCORES = "confirm scores", "ป.ป.ช. แก้ไขคะแนนที่เผยแพร่แล้ว"
    CANCEL_SCORES = "cancel scores", "ป.ป.ช. ยกเลิกข้อเสนอแก้ไขคะแนน"
    SET_MINIMUM_SCORE = "set minimum score", "กำหนดคะแนนขั้นต่ำ"
    FILL = "fill", "กรอกข้อมูลพื้นฐาน"
    SIGN_IN = "sign in", "เข้าสู่ระบบ"
    CLAIM = "claim", "ตั้งรหัสผ่านครั้งแรก"
    CHANGE_PASSWORD = "change password", "เปลี่ยนรหัสผ่าน"
    ASK_FOR_RESET = "ask for a reset link", "ขอลิงก์ตั้งรหัสผ่านใหม่"
    RESET_PASSWORD = "reset password", "ตั้งรหัสผ่านใหม่ด้วยลิงก์"
    MAKE_PASSWORD_LINK = "make password link", "ออกลิงก์ตั้งรหัสผ่าน"
    ISSUE_CODE = "issue activation code", "ป.ป.ช. ออกรหัสเปิดใช้งาน"
    HAND_OVER = "hand over", "ป.ป.ช. ส่งต่อบัญชีให้ผู้ประสานงานคนใหม่"
    CREATE = "create", "สร้างบัญชี"
    LOCK = "lock", "ป.ป.ช. ล็อกบัญชี"
    UNLOCK = "unlock", "ป.ป.ช. ปลดล็อกบัญชี"
    ADD = "add", "เพิ่ม"
    UPGRADE = "upgrade", "ยกฐานะ"
    MOVE = "move", "ย้ายพื้นที่"
    RENAME = "rename", "เปลี่ยนชื่อ"
    RETYPE = "retype", "เปลี่ยนประเภท"
    CLOSE = "close", "ปิด อปท."
    OPEN_AGAIN = "open again", "เปิด อปท. อีกครั้ง"
    SUCCEED = "succeed", "บันทึกการยุบรวมหรือแยก อปท."
    HAND_ON = "hand on", "ย้ายหรือสิ้นสุดโครงการของ อปท. ที่ปิด"
    LOAD = "load", "นำเข้าทะเบียน"
    RETIRE = "retire", "เลิกใช้"
    REMOVE = "remove", "ลบ"
    WITHDRAW_TIME = "withdraw more time", "ป.ป.ช. ถอนการขยายเวลารายงาน"
    END_SESSIONS = "end sessions", "ออกจากระบบในเครื่องอื่น"
    ADD_FACTOR = "add second factor", "เพิ่มการยืนยันตัวตนขั้นที่สอง"
    REMOVE_FACTOR = "remove second factor", "ลบการยืนยันตัวตนขั้นที่สอง"
    NEW_RECOVERY_CODES = "new recovery codes", "ออกรหัสสำรองใหม่"
    REORDER = "reorder", "เปลี่ยนลำดับ"
    SET = "set", "ตั้งค่า"
    FIX_ROUND = "fix round", "ปิดผลของรอบ"
    AMEND_ROUND = "amend round", "ป.ป.ช. แก้ไขผลของรอบที่ปิดแล้ว"
    REOPEN_ROUND = "reopen round", "เปิดรอบอีกครั้ง"
    BLACK_OUT = "black out", "ป.ป.ช. ปิดข้อมูลส่วนบุคคล"
    ERASE = "erase", "ลบชื่อบุคคลออกจากระบบ"
    SEND_ROUND = "send round", "ส่งรายงานทั้งรอบ"
    STAND = "stand", "ข้อมูลที่มีอยู่เมื่อเริ่มบันทึกสาธารณะ"
    JUDGE_SIGN = "judge sign", "ป.ป.ช. บันทึกผลการตรวจสอบ"
    PROPOSE_DEED = "propose deed", "ป.ป.ช. เสนอให้อีกคนยืนยัน"
    CONFIRM_DEED = "confirm deed", "ป.ป.ช. ยืนยันข้อเสนอ"
    DECLINE_DEED = "decline deed", "ป.ป.ช. ไม่รับข้อเสนอ"
    WITHDRAW_DEED = "withdraw deed", "ป.ป.ช. ถอนข้อเสนอ"
    DROP_DEED = "drop deed", "ข้อเสนอตกไป เพราะมีผู้พิจารณาก่อน"
    WRITE_NOTE = "write note", "ป.ป.ช. แก้ไขบันทึกภายใน"


class Entity(Labelled):
    """What it was done to. Values stay for ever, as those of Action."""

    PROJECT = "project", "โครงการ"
    REPORT = "report", "รายงาน"
    PLAN_YEAR = "plan year", "แผนปี"
    SCORES = "scores", "คะแนนปี"
    SCORE_CHANGE = "score change", "ข้อเสนอแก้ไขคะแนนปี"
    PROFILE = "profile", "ข้อมูลพื้นฐาน"
    ACCOUNT = "account", "บัญชีผู้ใช้"
    ORGANISATION = "organisation", "ทะเบียน อปท."
    WINDOW = "window", "กำหนดเวลา"
    MAIL = "mail", "อีเมล"
    REGISTRY = "registry", "ทะเบียนทั้งประเทศ"
    PLAN_PERIOD = "plan period", "ช่วงแผน"
    DIMENSION = "dimension", "มิติ"
    REJECTION_REASON = "rejection reason", "เหตุผลที่ปฏิเสธ"
    MINIMUM_SCORE = "minimum score", "คะแนนขั้นต่ำปี"
    SETTING = "setting", "ค่าของระบบ"
    FIXED_ROUND = "fixed round", "ผลของรอบที่ปิดแล้ว"
    SIGN = "sign", "สิ่งที่ควรตรวจสอบ"
    SENT_ROUND = "sent round", "การส่งรายงานทั้งรอบ"
    NOTE = "note", "บันทึกภายใน"
    PROPOSED_DEED = "proposed deed", "ข้อเสนอที่รออีกคน"
