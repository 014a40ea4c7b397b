"""What is kept of persons, why and how long: each time is the very one by which it is deleted."""

from datetime import timedelta
from typing import NamedTuple

from app.accounts.rules import FAILURES_KEPT, LINKS_KEPT, RESET_LIFETIME, SESSIONS_KEPT
from app.deeds import KEPT as FORMS_KEPT
from app.language import composed
from app.lao.profile.rules import CONTACTS_KEPT
from app.mails.rules import MAILS_KEPT


class KeptOfPersons(NamedTuple):
    """One kind of personal data, in words."""

    what: str
    why: str
    seen_by: str
    how_long: str


def lasting(time: timedelta) -> str:
    """A year or more is told in years."""
    if time.days >= 365:
        return composed("{number} ปี", number=time.days // 365)
    if time.days:
        return composed("{number} วัน", number=time.days)
    return composed("{number} นาที", number=time.seconds // 60)


KEPT_OF_PERSONS = (
    KeptOfPersons(
        "ชื่อ ตำแหน่ง โทรศัพท์ และอีเมลของผู้ประสานงาน ชื่อผู้บริหารและปลัด",
        "ติดต่อเรื่องการรายงาน และส่งลิงก์ตั้งรหัสผ่าน",
        "อปท. ของตน และเจ้าหน้าที่ ป.ป.ช. ที่ดูแลจังหวัด ทุกครั้งที่เปิดดูมีบันทึก",
        composed("ขณะเป็นผู้ประสานงาน และ {time} หลังเปลี่ยนคน", time=lasting(CONTACTS_KEPT)),
    ),
    KeptOfPersons(
        "อีเมลที่ระบบส่ง และที่อยู่ที่ส่งไป",
        "รู้ว่าเตือนแล้วหรือยัง และส่งถึงหรือไม่",
        "เจ้าหน้าที่ ป.ป.ช. ที่ดูแลจังหวัด",
        lasting(MAILS_KEPT),
    ),
    KeptOfPersons(
        "เครื่องที่เข้าใช้: เบราว์เซอร์ ที่อยู่เครือข่าย และเวลาที่ใช้",
        "เจ้าของบัญชีเห็นว่ามีใครใช้บัญชี และออกจากระบบได้ทุกเครื่อง",
        "เจ้าของบัญชี และผู้ดูแลระบบเมื่อเปลี่ยนสิทธิ์ของบัญชีอื่นจากเครื่องนั้น",
        composed("{time} หลังหมดเวลาใช้งาน", time=lasting(SESSIONS_KEPT)),
    ),
    KeptOfPersons(
        "เวลาที่เข้าสู่ระบบแต่ละครั้ง ในประวัติการเปลี่ยนแปลง",
        "ตรวจสอบได้ว่าบัญชีถูกใช้เมื่อใด",
        "อปท. ของตน และเจ้าหน้าที่ ป.ป.ช. ที่ดูแลจังหวัด (ของเจ้าหน้าที่: ผู้ดูแลระบบ)",
        "ตลอดไป ไม่มีเบราว์เซอร์และที่อยู่เครือข่าย",
    ),
    KeptOfPersons(
        "การเข้าสู่ระบบที่ไม่สำเร็จ: เวลา และที่อยู่เครือข่าย",
        "เจ้าของบัญชีและผู้ดูแลระบบเห็นว่ามีผู้เดารหัสผ่าน",
        "เจ้าของบัญชี และผู้ดูแลระบบ",
        lasting(FAILURES_KEPT),
    ),
    KeptOfPersons(
        "การยืนยันตัวตนขั้นที่สอง: ชื่อที่ท่านตั้งให้แอปหรือพาสคีย์ วันที่เพิ่มและใช้ล่าสุด",
        "ผู้ที่รู้เพียงรหัสผ่านเข้าบัญชีไม่ได้ ระบบไม่ได้รับลายนิ้วมือหรือใบหน้าของท่าน",
        "เจ้าของบัญชี",
        "จนกว่าท่านลบ หรือส่งต่อบัญชีให้คนใหม่",
    ),
    KeptOfPersons(
        "ลิงก์ตั้งรหัสผ่านใหม่ (เก็บเฉพาะค่าแฮช)",
        composed("ใช้ได้ครั้งเดียว ภายใน {time}", time=lasting(RESET_LIFETIME)),
        "ไม่มีผู้ใด",
        composed("{time} หลังหมดอายุ", time=lasting(LINKS_KEPT)),
    ),
    KeptOfPersons(
        "แบบฟอร์มที่ส่งแล้ว (เก็บเฉพาะเลขของแบบฟอร์มและคำตอบ)",
        "ส่งซ้ำเพราะเน็ตหลุด ไม่บันทึกซ้ำ",
        "ไม่มีผู้ใด",
        lasting(FORMS_KEPT),
    ),
    KeptOfPersons(
        "ชื่อผู้ใช้และชื่อของเจ้าหน้าที่ ป.ป.ช. และสิ่งที่ทำในระบบ",
        "ตรวจสอบได้ว่าใครพิจารณาหรือแก้ไขอะไร",
        "อปท. ที่เกี่ยวข้อง ประชาชนเห็นเป็นนามแฝง",
        "ตลอดไป เมื่อพ้นหน้าที่ขอให้ลบชื่อได้",
    ),
    KeptOfPersons(
        "ข้อความในโครงการและรายงาน",
        "เปิดเผยต่อประชาชนตามหน้าที่",
        "ทุกคน",
        "ตลอดไป หากพิมพ์ข้อมูลส่วนบุคคลลงไป ขอให้ ป.ป.ช. ปิดข้อความได้",
    ),
)
