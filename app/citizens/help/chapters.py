"""What the manual holds, in its order: chapters of each part, questions, and what is new.

The words of a chapter are the macro of its key in templates/citizens/help/_<part>.html, its picture is in screens.py.
"""

from datetime import date

from app.citizens.help.rules import Chapter, ManualPart, News, Question
from app.models.enums import Role, Round

LAO = frozenset({Role.LAO})
STAFF = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})

ROUNDS = " และ".join(each.label for each in Round)
ChapterEntry = tuple[str, str, str, str, frozenset[Role]]  # key, title, about, address, by

_LAO: tuple[ChapterEntry, ...] = (
    ("start", "เข้าสู่ระบบครั้งแรก", "ใช้รหัส 7 หลักของ อปท. เป็น Username", "/login", frozenset()),
    ("profile", "ข้อมูลพื้นฐาน 3 แท็บ", "กรอกครั้งแรกให้ครบ ตั้งรหัสผ่าน และแก้ไขได้ภายหลัง", "/profile", LAO),
    ("home", "ข้อมูลโดยสรุป", "ดูภาพรวมของปี และสิ่งที่ต้องทำต่อไป", "/home", LAO),
    ("years", "ปีและรอบที่ทำงานได้", "แผนต้องผ่าน และรอบต้องเปิดรับรายงาน", "/home?year=2562", LAO),
    ("record", "บันทึกแผน", "บันทึกโครงการ กิจกรรม มาตรการ และแนวปฏิบัติงาน ครั้งละ 1 รายการ", "/projects/new", LAO),
    ("list", "รายการโครงการ", "ค้นหา แก้ไข และลบโครงการในตารางเดียว", "/projects", LAO),
    ("rejected", "โครงการที่ถูกปฏิเสธ", "อ่านเหตุผล แก้ไข แล้วส่งกลับไปพิจารณาใหม่", "/projects?review=rejected", LAO),
    (
        "report",
        "รายงานผลการดำเนินงาน",
        f"รายงานทีละโครงการในแถวของตาราง {ROUNDS}",
        "/reporting",
        LAO,
    ),
    ("correct", "แก้ไขรายงานที่ส่งผิด", "แก้ในแถวเดิมได้จนกว่ารอบจะปิด ไม่ต้องลบโครงการ", "/reporting?round=6", LAO),
    ("all", "รายงานโครงการทั้งหมด", "ตรวจทานสิ่งที่รายงานแล้วของรอบ", "/reporting/all", LAO),
    ("send", "ส่งรายงานทั้งรอบและใบรับ", "ตรวจให้ครบ ยืนยันส่ง แล้วได้ใบรับที่ผู้ใดก็ตรวจได้", "/reporting/check", LAO),
    ("scores", "คะแนน SAR และผลการประเมิน", "กรอกคะแนนของ อปท. และดูผลประเมินของ ป.ป.ช.", "/evaluation", LAO),
    ("summary", "ออกรายงานสรุปของ อปท.", "สรุปตามแผน ตามข้อบัญญัติ สถานะ และผลตามมิติ", "/reports", LAO | STAFF),
    (
        "province",
        "ตารางระดับจังหวัด",
        "ร้อยละและระดับของทุก อปท. ในจังหวัด เปิดดูโครงการในแถวได้",
        "/reports/province",
        LAO | STAFF,
    ),
    ("files", "Excel CSV และการพิมพ์", "นำตารางและรายงานไปใช้นอกระบบ", "/reporting?year=2561", LAO),
    ("history", "ประวัติการเปลี่ยนแปลง", "ใครเปลี่ยนอะไร เมื่อใด ก่อนและหลัง", "/history", LAO),
    ("password", "ลืมรหัสผ่าน", "ขอลิงก์ตั้งรหัสผ่านใหม่ทางอีเมล", "/forgot", frozenset()),
)
_OFFICER: tuple[ChapterEntry, ...] = (
    ("start", "เข้าสู่ระบบและจังหวัดที่ดูแล", "ตั้งรหัสผ่านจากลิงก์ แล้วเห็นเฉพาะจังหวัดของตน", "/login", frozenset()),
    ("day", "ภาพรวมวันนี้", "งานที่รอ กำหนดเวลา และงานของท่าน", "/nacc", STAFF),
    ("review", "พิจารณาโครงการ", "รับรองหรือปฏิเสธทีละโครงการ ด้วยปุ่มหรือคีย์ลัด", "/nacc/review", STAFF),
    ("many", "พิจารณาหลายโครงการ และเลิกทำ", "ให้ผลพร้อมกันทั้งชุด ทำผิดกดเลิกทำได้", "/nacc/review?status=pending", STAFF),
    ("years", "ผลแผนรายปี", "บอกว่าแผนของ อปท. ใดผ่านในปีใด", "/nacc/plan-years", STAFF),
    ("years-file", "นำเข้าผลแผนจาก Excel", "ตรวจไฟล์ก่อน ยังไม่มีอะไรเปลี่ยนจนกว่าจะยืนยัน", "/nacc/plan-years/file", STAFF),
    ("waiting", "อปท. ที่ยังไม่รายงาน", "ดูว่าใครค้าง และส่งอีเมลเตือน", "/nacc/waiting", STAFF),
    ("accounts", "บัญชี อปท. และรหัสเปิดใช้งาน", "ออกรหัสให้ อปท. ที่เข้าใช้ครั้งแรก", "/nacc/accounts", STAFF),
    ("account", "ช่วย อปท. ที่เข้าใช้ไม่ได้", "ส่งลิงก์ ส่งต่อผู้ประสานงาน ล็อกและปลดล็อก", "/nacc/accounts?q=2900101", STAFF),
    ("scores", "คะแนน SAR และผลประเมิน", "พิมพ์คะแนนในตาราง ปิดรับ และเผยแพร่", "/nacc/scores", STAFF),
    ("proposals", "เสนอผลแผนจากคะแนน", "ให้ระบบเทียบผลประเมินกับคะแนนขั้นต่ำ", "/nacc/scores/proposals", STAFF),
    ("exports", "ไฟล์ส่งออก", "ไฟล์ของจังหวัด ภาค หรือทั้งประเทศ", "/reports/exports", STAFF),
    ("history", "ประวัติของ อปท.", "ทุกการเปลี่ยนแปลงของ อปท. ที่ดูแล", "/nacc/review", STAFF),
    ("admin", "งานของผู้ดูแลระบบ", "เจ้าหน้าที่ แผนและชื่อมิติ ทะเบียน และการกู้คืน", "/nacc/admin", ADMINISTRATOR),
    ("windows", "เวลารับรายงาน", "เปิดปิดแต่ละรอบ ขยายเวลา และถอนการขยายเวลา", "/nacc/admin/windows", ADMINISTRATOR),
)
_CITIZEN = (
    ("map", "แผนที่และภาพรวมประเทศ", "เริ่มจากทั้งประเทศ แล้วเลือกจังหวัดบนแผนที่", "/public"),
    ("find", "ค้นหา อปท. ของท่าน", "พิมพ์ชื่อหรือรหัสเพียงบางส่วน", "/public/search"),
    ("levels", "ร้อยละและระดับ", "ตัวเลขคิดอย่างไร และ มาก ปานกลาง น้อย หมายถึงอะไร", "/public?year=2561"),
    ("figure", "ที่มาของตัวเลขทุกตัว", "กดตัวเลขเพื่อดูสูตรและโครงการที่นับ", "/public"),
    ("project", "โครงการและการเปลี่ยนแปลงทุกครั้ง", "ดูแผน ผล และเหตุผลของแต่ละโครงการ", "/public"),
    ("compare", "เปรียบเทียบ", "เทียบปี รอบ อำเภอ และ อปท. ประเภทเดียวกัน", "/public/provinces/65/compare"),
    ("receipt", "ตรวจใบรับการส่งรายงาน", "เทียบใบรับของ อปท. กับที่บันทึกไว้ ด้วย QR code หรือรหัส", "/public/verify"),
    ("data", "ข้อมูลเปิด", "ดาวน์โหลดหรือเรียกใช้ผ่าน API ได้โดยไม่ต้องขออนุญาต", "/open-data"),
)
CHAPTERS = (
    *(Chapter(ManualPart.LAO, key, title, about, address, by) for key, title, about, address, by in _LAO),
    *(Chapter(ManualPart.OFFICER, key, title, about, address, by) for key, title, about, address, by in _OFFICER),
    *(Chapter(ManualPart.CITIZEN, key, title, about, address) for key, title, about, address in _CITIZEN),
)
BY_NAME = {chapter.name: chapter for chapter in CHAPTERS}

QUESTIONS = (
    Question("not-found", "เข้าสู่ระบบแล้วขึ้นว่า “ไม่พบผู้ใช้งาน” เกิดจากอะไร", ManualPart.LAO),
    Question("code", "ไม่ทราบรหัส 7 หลัก ต้องทำอย่างไร", ManualPart.LAO),
    Question("forgot", "ลืมรหัสผ่าน ต้องทำอย่างไร", ManualPart.LAO),
    Question("no-mail", "ขอลิงก์แล้วไม่ได้รับอีเมล ต้องทำอย่างไร", ManualPart.LAO),
    Question("email", "อีเมลจำเป็นต้องกรอกหรือไม่", ManualPart.LAO),
    Question("income", "ช่องรายได้ใช้ตัวเลขของปีงบประมาณใด", ManualPart.LAO),
    Question("change-profile", "ต้องการแก้ไขข้อมูลพื้นฐานหรือเปลี่ยนรหัสผ่าน ทำที่ใด", ManualPart.LAO),
    Question("wrong-name", "ชื่อ อปท. จังหวัด หรืออำเภอไม่ถูกต้อง ต้องทำอย่างไร", ManualPart.LAO),
    Question("new-person", "เปลี่ยนผู้ประสานงาน ต้องทำอย่างไร", ManualPart.LAO),
    Question("closed-year", "เหตุใดจึงบันทึกโครงการหรือรายงานผลของปีใดปีหนึ่งไม่ได้", ManualPart.LAO),
    Question("closed-round", "รอบปิดรับรายงานแล้ว ยังรายงานไม่ครบ ต้องทำอย่างไร", ManualPart.LAO),
    Question("many-dimensions", "โครงการสอดคล้องหลายมิติ บันทึกอย่างไร", ManualPart.LAO),
    Question("no-budget", "โครงการไม่ใช้งบประมาณ กรอกอย่างไร", ManualPart.LAO),
    Question("rejected", "โครงการถูกปฏิเสธ ต้องทำอย่างไร", ManualPart.LAO),
    Question("wrong-report", "รายงานสถานะผิด ต้องลบโครงการหรือไม่", ManualPart.LAO),
    Question("deleted", "ลบโครงการผิด เอากลับมาได้หรือไม่", ManualPart.LAO),
    Question("continuing", "กิจกรรมที่ทำตลอดปี เลือกสถานะใด", ManualPart.LAO),
    Question("lost", "เน็ตหลุดหรือหมดเวลาขณะพิมพ์ ข้อมูลหายหรือไม่", ManualPart.LAO),
    Question("print", "ต้องการพิมพ์รายงาน ทำอย่างไร", ManualPart.LAO),
    Question("browser", "ใช้โปรแกรมใดเปิดระบบ", ManualPart.LAO),
    Question("levels", "ระดับ มาก ปานกลาง น้อย กำหนดเกณฑ์อย่างไร", ManualPart.CITIZEN),
    Question("real-time", "ตัวเลขบนหน้าเว็บเป็นปัจจุบันหรือไม่", ManualPart.CITIZEN),
    Question("personal", "ประชาชนเห็นข้อมูลของผู้ประสานงานหรือไม่", ManualPart.CITIZEN),
    Question("undo", "เจ้าหน้าที่ให้ผลพิจารณาผิด แก้ได้หรือไม่", ManualPart.OFFICER),
)

NEWS = (
    News(
        date(2026, 11, 30),
        "ค้นหาและติดตาม",
        (
            "ค้นหา อปท. ได้แม้สะกดไม่ตรง พิมพ์ภาษาอังกฤษ ใช้ชื่อเดิม หรือรหัสเดิม",
            "หน้าของ อปท. อำเภอ และจังหวัด มีลิงก์ติดตามความเคลื่อนไหว (Atom) สำหรับโปรแกรมอ่านข่าว",
            "กำหนดเวลารับรายงานนำเข้าปฏิทินได้ที่ /public/windows.ics",
            "ข้อมูลเปิดเผยแพร่ใหม่ทุกคืนโดยระบบเอง",
            "หน้าสำหรับประชาชน ไฟล์ Excel และ CSV ปฏิทิน ข้อมูลเปิด และคู่มือ มีภาษาอังกฤษ กด “English” บนสุดของหน้า",
            "หน้าแรกของ อปท. บอกสิ่งที่ต้องทำของทุกปีที่เปิดอยู่ และต้องเสร็จภายในวันใด",
            "อันดับ อปท. อำเภอ และจังหวัด ทั้งประเทศและในแต่ละภาค และผลประเมินที่เผยแพร่แล้วในหน้าของ อปท.",
            "แผนภาพบอกเกณฑ์และจำนวน อปท. ในแต่ละช่วงร้อยละ ดาวน์โหลดเป็นภาพ SVG พร้อมที่มาได้",
        ),
    ),
    News(
        date(2026, 11, 22),
        "คู่มือในระบบ",
        (
            "คู่มือสำหรับ อปท. เจ้าหน้าที่ และประชาชน พร้อมภาพหน้าจอ ค้นหาได้ และพิมพ์ได้",
            "ลิงก์ “วิธีใช้หน้านี้” ในเมนู พาไปยังบทที่ตรงกับหน้าที่กำลังใช้",
            "ไฟล์ Excel และ CSV จากทุกตาราง ตามตัวกรองของหน้า",
            "ข้อมูลเปิดและ API สำหรับนำไปใช้ต่อ",
        ),
    ),
    News(
        date(2026, 11, 22),
        "ต่างจากระบบปี 2561 อย่างไร",
        (
            "รายงานผิดแก้ในแถวเดิมได้ ไม่ต้องลบโครงการแล้วบันทึกใหม่",
            "โครงการที่ถูกปฏิเสธมีเหตุผล แก้ไขแล้วกลับไปรอพิจารณาใหม่ได้",
            "ลืมรหัสผ่าน ได้ลิงก์ตั้งรหัสใหม่ทางอีเมลทันที ไม่ต้องรอเจ้าหน้าที่ส่งให้",
            "โครงการที่สอดคล้องหลายมิติ เลือกมิติเพิ่มเติมได้ โดยนับในมิติหลักเพียงครั้งเดียว",
            "บันทึก แก้ไข และรายงานในแถวของตาราง ยอดรวมเปลี่ยนตามทันที",
            "กดตัวเลขใดก็เห็นว่ามาจากโครงการใด และเห็นโครงการที่ไม่นับพร้อมเหตุผล",
            "ทุกการเปลี่ยนแปลงมีประวัติ: ใคร เมื่อใด ก่อนและหลัง",
            "เจ้าหน้าที่พิจารณา เตือน ให้คะแนน และออกรหัสเปิดใช้งานในระบบ",
            "ใช้ได้บนโทรศัพท์ และใช้ได้แม้ปิด JavaScript",
        ),
    ),
)
