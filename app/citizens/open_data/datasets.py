"""The data sets: which there are, what their columns mean, what narrows them down. The one home of all of it."""

from dataclasses import replace
from operator import attrgetter

from app.citizens.open_data.parts import (
    BAHT,
    CODE_2,
    CODE_4,
    CODE_7,
    COUNTED,
    DIMENSION,
    DIMENSION_FILTER,
    NO_PUBLIC,
    ORGANISATION,
    PAGING,
    PLACE,
    PLACE_CODE,
    PLACE_KINDS,
    PLAN_BUDGET,
    PROJECT,
    ROUND,
    ROUND_FILTER,
    ROUNDS,
    SAID,
    STATUS,
    WORDS,
    YEAR,
    YEAR_FILTER,
    choice,
)
from app.citizens.open_data.rules import Dataset, Field, Parameter, Type, values_of
from app.citizens.results.columns import COUNTS, IN_ORDINANCE, LEVEL, MONEY, ResultColumn
from app.clock import FIRST_YEAR, LAST_YEAR
from app.models.enums import (
    Kind,
    Level,
    OrganisationType,
    PlanStatus,
    ReportStatus,
    ReviewStatus,
    Round,
)
from app.spreadsheets.tables import CellKind

VERSION = "1.5.0"
# What changed in the shape of the data, newest first. A column that goes or changes its meaning makes a new first
# number and a new address (/api/v2); a column or data set that is added makes a new second number.
CHANGELOG = (
    (
        "1.5.0",
        "2026-11-29",
        "projects มีเลขหัวข้อย่อยของมิติหลัก (sub_heading) ในแผนที่มีหัวข้อย่อย",
        "projects have the number of their sub-heading (sub_heading) below the main dimension, in plans that have some",
    ),
    (
        "1.4.0",
        "2026-11-29",
        "reports มีปัญหาอุปสรรค (obstacles) และข้อเสนอแนะ (suggestions) ของแต่ละโครงการ",
        "reports have obstacles (what stood in the way of a project) and suggestions (what its organisation proposes)",
    ),
    (
        "1.3.0",
        "2026-11-29",
        "ตาราง closed_rounds มีผลของรอบที่ปิดแล้วทุกฉบับ results ของรอบที่ปิดแล้วเป็นไปตามฉบับที่แสดง",
        "closed_rounds has every edition of rounds that closed; results of such a round are those of the one in force",
    ),
    (
        "1.2.0",
        "2026-11-29",
        "อปท. มีชื่อเดิม วันที่ตั้งและยุบเลิก และรหัสของ อปท. ที่รับช่วง คำค้นพบชื่อเดิมด้วย โครงการที่ลบแล้วตอบ 410 พร้อมชื่อ เวลา ผู้ลบ และเหตุผล",
        "Organisations have former names, founding and closing, and who goes on for them; a search finds former names. "
        "A deleted project is answered 410 with its name, when, by whom and why",
    ),
    (
        "1.1.0",
        "2026-11-28",
        "ไฟล์ .csv และ .xlsx ของ API มีครบทุกแถวตามตัวกรอง ไม่ใช้ limit และ after หน้าของ API ที่ยังมีหน้าถัดไปมีอย่างน้อย 1 แถว",
        "Files of the API hold every row that fits and take no limit and after; a page with a next one has a row",
    ),
    ("1.0.0", "2026-11-22", "เผยแพร่ครั้งแรก", "First publication"),
)

ORGANISATIONS = Dataset(
    "organisations",
    "องค์กรปกครองส่วนท้องถิ่น",
    "organisation",
    "อปท. ทุกแห่งในทะเบียน รวมแห่งที่ยุบเลิกแล้ว",
    "Every local government in the registry, closed ones included",
    (
        Field("id", Type.INTEGER, "เลขประจำ อปท.", 7849, "ไม่เปลี่ยน แม้รหัส 7 หลักเปลี่ยน"),
        Field("code", Type.TEXT, "รหัส อปท. 7 หลัก", "6650807", pattern=CODE_7),
        Field("name", Type.TEXT, "ชื่อ อปท.", "องค์การบริหารส่วนตำบลดินทอง"),
        Field("type", Type.CHOICE, "ประเภท อปท.", "sao", choices=OrganisationType),
        Field("province_code", Type.TEXT, "รหัสจังหวัด", "65", pattern=CODE_2),
        Field("province", Type.TEXT, "จังหวัด", "พิษณุโลก"),
        Field("district_code", Type.TEXT, "รหัสอำเภอ", "6508", "กรุงเทพมหานครไม่มี", True, pattern=CODE_4),
        Field("district", Type.TEXT, "อำเภอ", "วังทอง", "กรุงเทพมหานครไม่มี", True),
        Field("nacc_region", Type.INTEGER, "ภาคของ ป.ป.ช.", 6, "กรุงเทพมหานครไม่มี", True),
        Field("closed", Type.BOOLEAN, "ยุบเลิกแล้ว", False),
        Field("former_codes", Type.CODES, "รหัสเดิม", ["4120401"], "รหัสก่อนยกฐานะ คั่นด้วย ; ใน CSV"),
        Field("former_names", Type.CODES, "ชื่อเดิม", ["เทศบาลเมืองบางบัวทอง"], "คั่นด้วย ; ใน CSV"),
        Field("founded_at", Type.MOMENT, "ตั้งเมื่อ", "2018-10-01T00:00:00Z", "ว่าง: มีอยู่ก่อนระบบ", True),
        Field("closed_at", Type.MOMENT, "ยุบเลิกเมื่อ", "2018-10-01T00:00:00Z", "ว่าง: ยังเปิดอยู่", True),
        Field("successor_codes", Type.CODES, "รหัสของ อปท. ที่รับช่วง", ["6650899"], "คั่นด้วย ; ใน CSV"),
    ),
    ("id",),
    (*PLACE[:3], WORDS, *PAGING),
    one=Parameter("code", "รหัส อปท.", "รหัส 7 หลัก ปัจจุบันหรือเดิม", "6650807", CODE_7),
)

PLAN_YEARS = Dataset(
    "plan_years",
    "แผนของแต่ละปีงบประมาณ",
    "plan year",
    "ผลการพิจารณาแผนของ อปท. ในแต่ละปี ไม่มีแถว: ยังไม่ส่งแผน",
    "Whether an organisation's plan passed in a fiscal year; no row means that no plan was sent in",
    (
        *ORGANISATION,
        YEAR,
        Field("status", Type.CHOICE, "ผลแผน", "passed", choices=PlanStatus),
        Field("sar_score", Type.DECIMAL, "คะแนน SAR รวม", "71.50", NO_PUBLIC, True, unit="คะแนน"),
        Field("evaluation_score", Type.DECIMAL, "ผลประเมินรวม", "68.25", NO_PUBLIC, True, unit="คะแนน"),
    ),
    ("organisation_id", "fiscal_year"),
    (*PLACE, YEAR_FILTER, choice("status", "ผลแผน", PlanStatus), *PAGING),
    {("organisation_id",): ("organisations", ("id",))},
)

PROJECT_YEARS = Dataset(
    "project_years",
    "งบประมาณรายปีของโครงการ",
    "project year",
    "ปีงบประมาณที่แต่ละโครงการดำเนินการ และงบประมาณตามแผน",
    "The fiscal years each project runs in, with its planned budget",
    (PROJECT, *ORGANISATION, YEAR, PLAN_BUDGET, DIMENSION, COUNTED),
    ("project_id", "fiscal_year"),
    (*PLACE, YEAR_FILTER, DIMENSION_FILTER, *PAGING),
    {("organisation_id",): ("organisations", ("id",)), ("project_id",): ("projects", ("id",))},
)

PROJECTS = Dataset(
    "projects",
    "โครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน",
    "project",
    "โครงการตามแผน พร้อมผลการพิจารณาของ ป.ป.ช. ไม่รวมโครงการที่ลบแล้ว",
    "The entries of the plans with NACC's word on them; deleted ones are left out",
    (
        Field("id", Type.INTEGER, "เลขโครงการ", 1234),
        *ORGANISATION,
        Field("plan_period", Type.TEXT, "ช่วงของแผน", "2561-2564", pattern="^[0-9]{4}-[0-9]{4}$"),
        Field("name", Type.TEXT, "ชื่อโครงการ", "โครงการอบรมคุณธรรม"),
        Field("kind", Type.CHOICE, "ประเภทงาน", "project", choices=Kind),
        DIMENSION,
        Field("further_dimensions", Type.INTEGERS, "มิติที่สอดคล้องเพิ่มเติม", [1, 3], "ไม่นับ คั่นด้วย ; ใน CSV"),
        Field("quarters", Type.INTEGERS, "ไตรมาสที่ดำเนินการ", [1, 2], "คั่นด้วย ; ใน CSV"),
        Field("target_group", Type.TEXT, "กลุ่มเป้าหมาย", "บุคลากร 50 คน"),
        Field("objective", Type.TEXT, "วัตถุประสงค์", "เพื่อปลูกจิตสำนึก"),
        Field("review_status", Type.CHOICE, "ผลการพิจารณา", "approved", choices=ReviewStatus),
        Field("review_reason", Type.TEXT, "เหตุผลที่ปฏิเสธ", "ไม่สอดคล้องกับมิติที่กำหนด", "", True),
        Field("reviewed_at", Type.MOMENT, "พิจารณาเมื่อ", "2018-01-15T03:00:00Z", "เวลา UTC", True),
        COUNTED,
        Field("created_at", Type.MOMENT, "บันทึกเมื่อ", "2017-12-15T02:30:00Z", "เวลา UTC"),
        Field("updated_at", Type.MOMENT, "แก้ไขล่าสุด", "2018-01-15T03:00:00Z", "เวลา UTC"),
        Field(
            "years",
            Type.NESTED,
            "งบประมาณรายปี",
            [{"fiscal_year": 2561, "plan_budget": "150000.50"}],
            "ใน CSV และ Excel คือตาราง project_years",
            nested=(YEAR, PLAN_BUDGET),
        ),
        Field("sub_heading", Type.TEXT, "หัวข้อย่อยของมิติหลัก", "1.1", "ว่าง: ไม่ระบุ หรือแผนไม่มีหัวข้อย่อย", True),
    ),
    ("id",),
    (
        *PLACE,
        YEAR_FILTER,
        DIMENSION_FILTER,
        choice("kind", "ประเภทงาน", Kind),
        choice("review_status", "ผลการพิจารณา", ReviewStatus),
        WORDS,
        *PAGING,
    ),
    {("organisation_id",): ("organisations", ("id",))},
    Parameter("id", "เลขโครงการ", "เลขโครงการ", 1234, least=1, most=2**31 - 1),
)

REPORTS = Dataset(
    "reports",
    "รายงานผลการดำเนินงาน",
    "report",
    "สถานะของแต่ละโครงการในแต่ละปีและรอบ รวมที่ยังไม่รายงาน",
    "The status of each project in each fiscal year and round, those not reported yet included",
    (
        PROJECT,
        *ORGANISATION,
        YEAR,
        ROUND,
        STATUS,
        *SAID,
        Field("cannot_text", Type.TEXT, "เหตุอื่นๆ", "น้ำท่วม", "", True),
        Field("note", Type.TEXT, "หมายเหตุ", "ดำเนินการร่วมกับโรงเรียน", "", True),
        Field("reported_at", Type.MOMENT, "รายงานเมื่อ", "2018-04-02T07:32:00Z", "เวลา UTC", True),
        DIMENSION,
        COUNTED,
        Field("obstacles", Type.TEXT, "ปัญหาอุปสรรค", "วิทยากรติดภารกิจ", "", True),
        Field("suggestions", Type.TEXT, "ข้อเสนอแนะ", "กำหนดวันจัดล่วงหน้า", "", True),
    ),
    ("project_id", "fiscal_year", "round"),
    (
        *PLACE,
        YEAR_FILTER,
        ROUND_FILTER,
        DIMENSION_FILTER,
        choice("status", "สถานะ", ReportStatus),
        *PAGING,
    ),
    {
        ("organisation_id",): ("organisations", ("id",)),
        ("project_id", "fiscal_year"): ("project_years", ("project_id", "fiscal_year")),
    },
)

CLOSED_ROUNDS = Dataset(
    "closed_rounds",
    "ผลของรอบที่ปิดแล้ว",
    "closed round",
    "ผลของแต่ละ อปท. ที่คงไว้ตามที่ปิดรอบ ทุกฉบับ ข้อมูล อปท. และแผนเป็นของขณะปิดรอบ รอบที่ยังเปิดอยู่ไม่มีแถว",
    "The result of each organisation as its round closed, every edition, with its facts of that moment",
    (
        Field("id", Type.INTEGER, "เลขฉบับ", 51),
        *ORGANISATION,
        YEAR,
        ROUND,
        Field("edition", Type.INTEGER, "ฉบับที่", 1, "1: ณ ปิดรอบ ถัดไป: แก้ไข หรือปิดอีกครั้ง"),
        Field("in_force", Type.BOOLEAN, "ฉบับที่แสดง", True, "false: มีฉบับใหม่กว่า หรือรอบเปิดอีกครั้ง"),
        Field("closed_at", Type.MOMENT, "ปิดรอบเมื่อ", "2018-04-30T09:30:00Z", "เวลา UTC"),
        Field("published_at", Type.MOMENT, "ประกาศเมื่อ", "2018-04-30T09:32:00Z", "เวลา UTC"),
        Field("reason", Type.TEXT, "เหตุผลที่แก้ไข", "แก้ตามผลตรวจสอบ", "ว่าง: ฉบับ ณ ปิดรอบ", True),
        Field("name", Type.TEXT, "ชื่อ อปท.", "องค์การบริหารส่วนตำบลดินทอง"),
        Field("type", Type.CHOICE, "ประเภท อปท.", "sao", choices=OrganisationType),
        Field("district_code", Type.TEXT, "รหัสอำเภอ", "6508", "กรุงเทพมหานครไม่มี", True, pattern=CODE_4),
        Field("plan_status", Type.CHOICE, "ผลแผน", "passed", choices=PlanStatus),
        Field("level", Type.CHOICE, "ระดับ", "medium", choices=Level),
        Field("done", Type.INTEGER, "แล้วเสร็จ", 24, unit="โครงการ"),
        Field("in_progress", Type.INTEGER, "อยู่ระหว่างดำเนินการ", 55, unit="โครงการ"),
        Field("cannot", Type.INTEGER, "ไม่สามารถดำเนินการ", 6, unit="โครงการ"),
        Field("not_reported", Type.INTEGER, "ยังไม่รายงาน", 0, unit="โครงการ"),
        Field("in_ordinance", Type.INTEGER, "บรรจุในข้อบัญญัติ", 16, unit="โครงการ"),
        Field("plan_budget", Type.DECIMAL, "งบประมาณตามแผน", "15679000.00", unit=BAHT),
        Field("ordinance_budget", Type.DECIMAL, "งบตามข้อบัญญัติ", "19679100.00", unit=BAHT),
        Field("spent", Type.DECIMAL, "เบิกจ่ายจริง", "8763466.00", unit=BAHT),
        Field(
            "projects",
            Type.NESTED,
            "โครงการ",
            [{"project_id": 1234, "status": "done", "plan_budget": "150000.50"}],
            "เฉพาะ JSON",
            nested=(PROJECT, DIMENSION, STATUS, PLAN_BUDGET, *SAID, COUNTED),
        ),
    ),
    ("id",),
    (*PLACE, YEAR_FILTER, ROUND_FILTER, *PAGING),
    {("organisation_id",): ("organisations", ("id",))},
)

TYPES = {CellKind.COUNT: Type.INTEGER, CellKind.BAHT: Type.DECIMAL, CellKind.PERCENT: Type.DECIMAL}


def _of_results(column: ResultColumn) -> Field:
    """A column of results as a field."""
    said = (column.title, column.example, column.note, column.optional)
    return Field(column.name, TYPES[column.kind], *said, unit=column.unit, get=column.get)


def _of_level(level: Level) -> Field:
    title = f"จำนวน อปท. ระดับ{level.label}"
    name, get = f"organisations_{level.value}", lambda result: result.summary.levels.get(level, 0)
    return Field(name, Type.INTEGER, title, 3, unit="แห่ง", get=get)


RESULTS = Dataset(
    "results",
    "ผลการดำเนินงานของแต่ละพื้นที่",
    "result",
    "ผลรวมของประเทศ ภาค จังหวัด อำเภอ และ อปท. ในแต่ละปีและรอบ นับเฉพาะโครงการที่ไม่ถูกปฏิเสธ อปท. ที่ยุบเลิกแล้วอยู่ในผลของปีที่มีโครงการ",
    "Sums of the country, NACC's regions, provinces, districts and organisations, by fiscal year and round",
    (
        Field(
            "place_kind",
            Type.TEXT,
            "ชนิดของพื้นที่",
            "province",
            allowed=PLACE_KINDS,
            get=attrgetter("place.kind"),
        ),
        Field(
            "place_code",
            Type.TEXT,
            "รหัสพื้นที่",
            "90",
            "ประเทศใช้ TH",
            pattern=PLACE_CODE,
            get=attrgetter("place.code"),
        ),
        Field("place_name", Type.TEXT, "ชื่อพื้นที่", "สงขลา", get=attrgetter("place.name")),
        Field(
            "province_code",
            Type.TEXT,
            "รหัสจังหวัด",
            "90",
            "ว่าง: ประเทศและภาค",
            True,
            pattern=CODE_2,
            get=attrgetter("place.province"),
        ),
        replace(YEAR, get=attrgetter("when.year")),
        replace(ROUND, get=attrgetter("when.round")),
        *map(_of_results, COUNTS),
        Field(
            LEVEL.name,
            Type.CHOICE,
            LEVEL.title,
            LEVEL.example,
            LEVEL.note,
            LEVEL.optional,
            choices=Level,
            get=LEVEL.get,
        ),
        Field("organisations", Type.INTEGER, "จำนวน อปท.", 141, unit="แห่ง", get=attrgetter("summary.laos")),
        *map(_of_level, Level),
        *map(_of_results, (*MONEY, IN_ORDINANCE)),
    ),
    ("place_kind", "place_code", "fiscal_year", "round"),
    (
        Parameter("year", "ปีงบประมาณ (พ.ศ.)", "ปีงบประมาณ", 2561, least=FIRST_YEAR, most=LAST_YEAR, required=True),
        Parameter("round", "รอบการรายงาน", ROUNDS, 6, choices=values_of(Round), required=True),
        Parameter("kind", "ชนิดของพื้นที่", "ชนิดของพื้นที่", "province", choices=PLACE_KINDS, default="province"),
        Parameter("code", "พื้นที่", "รหัสพื้นที่ ประเทศใช้ TH", "90", pattern=PLACE_CODE),
        Parameter("province", "จังหวัด", "รหัสจังหวัด 2 หลัก: พื้นที่ในจังหวัดนี้ หรือที่จังหวัดนี้อยู่ใน", "90", CODE_2),
        *PAGING,
    ),
)

_ALL = (ORGANISATIONS, PLAN_YEARS, PROJECTS, PROJECT_YEARS, REPORTS, CLOSED_ROUNDS, RESULTS)
DATASETS = {each.name: each for each in _ALL}
BY_SLUG = {each.slug: each for each in DATASETS.values()}
