"""Fields and filters that several data sets have: each is told once."""

from enum import EnumType

from app.citizens.open_data.rules import DEFAULT_LIMIT, MAX_LIMIT, Field, Parameter, Type, values_of
from app.clock import FIRST_YEAR, LAST_YEAR
from app.models.enums import CannotReason, OrganisationType, ReportStatus, Round

BAHT = "บาท"
CODE_7, CODE_4, CODE_2 = "^[0-9]{7}$", "^[0-9]{4}$", "^[0-9]{2}$"
PLACE_CODE = "^(TH|[0-9]{1,7})$"
PLACE_KINDS = ("country", "region", "province", "district", "organisation")
NO_PUBLIC = "ว่างจนกว่าจะประกาศคะแนน"

ORGANISATION = (
    Field("organisation_id", Type.INTEGER, "เลขประจำ อปท.", 7849, "ไม่เปลี่ยน แม้รหัส 7 หลักเปลี่ยน"),
    Field("organisation_code", Type.TEXT, "รหัส อปท. 7 หลัก", "6650807", pattern=CODE_7),
    Field("province_code", Type.TEXT, "รหัสจังหวัด", "65", pattern=CODE_2),
)
YEAR = Field("fiscal_year", Type.INTEGER, "ปีงบประมาณ (พ.ศ.)", 2561, "1 ตุลาคมของปีก่อน ถึง 30 กันยายน")
ROUND = Field("round", Type.INTEGER, "รอบการรายงาน", 6, allowed=values_of(Round), unit="เดือน")
DIMENSION = Field("dimension", Type.INTEGER, "มิติหลัก", 2, "นับโครงการในมิติหลักเท่านั้น")
COUNTED = Field("counted", Type.BOOLEAN, "นับในผลรวม", True, "false เมื่อ ป.ป.ช. ปฏิเสธโครงการ")
PROJECT = Field("project_id", Type.INTEGER, "เลขโครงการ", 1234)
PLAN_BUDGET = Field(
    "plan_budget",
    Type.DECIMAL,
    "งบประมาณตามแผน",
    "150000.50",
    "ว่าง: ดำเนินการโดยไม่ใช้งบประมาณ (ต่างจาก 0.00)",
    True,
    unit=BAHT,
)

STATUS = Field("status", Type.CHOICE, "สถานะ", "done", choices=ReportStatus)
SAID = (
    Field("ordinance_budget", Type.DECIMAL, "งบตามข้อบัญญัติ", "150000.50", "ว่าง: ไม่ได้บรรจุไว้", True, unit=BAHT),
    Field("spent", Type.DECIMAL, "เบิกจ่ายจริง", "149000.00", "", True, unit=BAHT),
    Field("cannot_reason", Type.CHOICE, "เหตุที่ไม่สามารถดำเนินการ", "no_budget", "", True, CannotReason),
)

LIMIT = Parameter(
    "limit",
    "จำนวนแถวต่อหน้า",
    f"ไม่เกิน {MAX_LIMIT:,} หน้าหนึ่งอาจสั้นกว่านี้ทั้งที่ยังมีหน้าถัดไป แต่มีอย่างน้อย 1 แถว",
    DEFAULT_LIMIT,
    least=1,
    most=MAX_LIMIT,
    default=DEFAULT_LIMIT,
)
AFTER = Parameter(
    "after", "ต่อจาก", "ค่าที่ได้จากลิงก์หน้าถัดไป ไม่ต้องคิดเอง", "12.345", pattern=r"^[0-9]{1,9}(\.[0-9]{1,9}){0,3}$"
)
PAGING = (LIMIT, AFTER)
YEAR_FILTER = Parameter("year", "ปีงบประมาณ (พ.ศ.)", "ปีงบประมาณ", 2561, least=FIRST_YEAR, most=LAST_YEAR)
PROVINCE_FILTER = Parameter("province", "จังหวัด", "รหัสจังหวัด 2 หลัก", "90", CODE_2)
PLACE = (
    PROVINCE_FILTER,
    Parameter("district", "อำเภอ", "รหัสอำเภอ 4 หลัก", "9001", CODE_4),
    Parameter("type", "ประเภท อปท.", "ประเภทของ อปท.", "sao", choices=values_of(OrganisationType)),
    Parameter("organisation", "อปท.", "รหัส อปท. 7 หลัก", "2900101", CODE_7),
)
ROUNDS = f"{' หรือ '.join(map(str, values_of(Round)))} เดือน"
ROUND_FILTER = Parameter("round", "รอบการรายงาน", ROUNDS, 6, choices=values_of(Round))
DIMENSION_FILTER = Parameter("dimension", "มิติหลัก", "เลขมิติ", 2, least=1, most=9)
WORDS = Parameter("q", "ค้นหา", "ข้อความส่วนหนึ่งของชื่อ", "ธรรมาภิบาล", longest=100)


def choice(name: str, title: str, choices: EnumType) -> Parameter:
    values = values_of(choices)
    return Parameter(name, title, title, values[-1], choices=values)
