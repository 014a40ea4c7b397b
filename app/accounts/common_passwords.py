"""Passwords that whoever guesses tries first: those chosen most often anywhere, and those that stand to reason here."""

import re
from functools import cache
from pathlib import Path

AROUND = re.compile(r"^[\d\W_]+|[\d\W_]+$")
# Names of this system and of what it is about, alone or with digits and signs around them: nacc2569, !แอดมิน!
OWN_WORDS = """
e-plannacc eplannacc eplan-nacc plannacc eplan nacc admin administrator officer staff user login lao gov localgov
thai thailand bangkok siam anticorruption songkhla phitsanulok dla moi sao pao password passwd
ปปช ปปท อบต อบจ อปท สตง เทศบาล เทศบาลตำบล เทศบาลเมือง เทศบาลนคร จังหวัด อำเภอ ตำบล ท้องถิ่น ประเทศไทย ไทย
กรุงเทพ สงขลา พิษณุโลก แอดมิน ผู้ดูแล ผู้ดูแลระบบ เจ้าหน้าที่ ผู้ใช้ ผู้ใช้งาน รหัส รหัสผ่าน
ทุจริต ป้องกันทุจริต แผนป้องกันทุจริต แผนปฏิบัติการ โปร่งใส สุจริต
"""
OWN = frozenset(AROUND.sub("", word) for word in OWN_WORDS.split())
# Rows of keys, as a Thai keyboard has them in both languages.
KEYS = (
    "1234567890-=",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "ๅ/-ภถุึคตจขช",
    "ๆไำพะัีรนยบลฃ",
    "ฟหกดเ้่าสวง",
    "ผปแอิืทมใฝ",
)
STOLEN = Path(__file__).with_name("common_passwords.txt")


def is_common(password: str) -> bool:
    """Whether `password` is one of those, in capitals or not."""
    lower = password.lower()
    walks = any(lower in row or lower in row[::-1] for row in KEYS)
    return walks or lower in _stolen() or AROUND.sub("", lower.replace(".", "")) in OWN


@cache
def _stolen() -> frozenset[str]:
    """Read when the first password is set: most processes never need it."""
    return frozenset(line for line in STOLEN.read_text().splitlines() if not line.startswith("# "))
