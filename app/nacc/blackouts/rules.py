"""Which texts of a project can be blacked out, and what stands in their place."""

from app.models.enums import Labelled


class BlackedText(Labelled):
    """A text that people type. Those of reports go in all rounds at once: a name written once was written again."""

    NAME = "name", "ชื่อโครงการ"
    TARGET_GROUP = "target_group", "กลุ่มเป้าหมาย"
    OBJECTIVE = "objective", "วัตถุประสงค์"
    NOTE = "note", "หมายเหตุในรายงานผล"
    CANNOT_TEXT = "cannot_text", "เหตุผลอื่นในรายงานผล"
    OBSTACLES = "obstacles", "ปัญหาอุปสรรคในรายงานผล"
    SUGGESTIONS = "suggestions", "ข้อเสนอแนะในรายงานผล"


OF_REPORTS = frozenset({BlackedText.NOTE, BlackedText.CANNOT_TEXT, BlackedText.OBSTACLES, BlackedText.SUGGESTIONS})
NOTHING_THERE = "ช่องนี้ไม่มีข้อความให้ปิด เลือกช่องที่มีข้อมูลส่วนบุคคล"
