"""Which column of a plan says what: by the words of its head, or as a clerk of the LAO said the last time. Pure."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from app.uploads.cells import Value, text_of
from app.uploads.reader import SheetRow
from app.words import arabic_digits, clean_line

MOST_WORDS = 120  # letters of a head: a longer text is no head
HEADING_WITHIN = 25  # rows


class ColumnRole(StrEnum):
    """What a column of a plan can say. A year's budget is told as its year."""

    ID = "id"
    DIMENSION = "dimension"
    MISSION = "mission"
    SUB_HEADING = "sub_heading"
    KIND = "kind"
    NAME = "name"
    QUARTERS = "quarters"
    TARGET = "target_group"
    OBJECTIVE = "objective"
    FURTHER = "further_dimensions"
    NOTHING = "nothing"


ROLE_LABELS = {
    ColumnRole.NAME: "ชื่อโครงการ/กิจกรรม/มาตรการ",
    ColumnRole.DIMENSION: "มิติหลัก",
    ColumnRole.MISSION: "ภารกิจตามมิติ",
    ColumnRole.SUB_HEADING: "หัวข้อย่อย",
    ColumnRole.KIND: "ประเภทงาน",
    ColumnRole.QUARTERS: "ดำเนินการในไตรมาส",
    ColumnRole.TARGET: "กลุ่มเป้าหมาย",
    ColumnRole.OBJECTIVE: "วัตถุประสงค์",
    ColumnRole.FURTHER: "มิติที่สอดคล้องเพิ่มเติม",
    ColumnRole.ID: "รหัสรายการ",
    ColumnRole.NOTHING: "ไม่ใช้คอลัมน์นี้",
}
# Tried in this order, each on a head without spaces, points and brackets.
WORDS: Sequence[tuple[str, ColumnRole]] = (
    (r"^(รหัสรายการ|รหัสโครงการ)$", ColumnRole.ID),
    (r"มิติ.*(เพิ่มเติม|อื่น)", ColumnRole.FURTHER),
    (r"^ภารกิจ", ColumnRole.MISSION),
    (r"^หัวข้อย่อย$", ColumnRole.SUB_HEADING),
    (r"^(มิติ|มิติที่|มิติหลัก|สอดคล้อง|สอดคล้องกับมิติ)$", ColumnRole.DIMENSION),
    (r"^ประเภท", ColumnRole.KIND),
    (r"ไตรมาส", ColumnRole.QUARTERS),
    (r"^กลุ่มเป้าหมาย", ColumnRole.TARGET),
    (r"^วัตถุประสงค์", ColumnRole.OBJECTIVE),
    (r"^(ชื่อ)?(โครงการ|กิจกรรม|มาตรการ|แผนงานโครงการ)|^ชื่อ", ColumnRole.NAME),
)
_WORDS = [(re.compile(words), role) for words, role in WORDS]
_YEAR = re.compile("25[0-9]{2}")
_NO_BUDGET = re.compile("^(ดำเนินการปี|โครงการ|ผล)|เป้าหมาย|ตัวชี้วัด|ร้อยละ|เบิกจ่าย|จ่ายจริง|คงเหลือ|จำนวนโครงการ|บัญญัติ")
_NOT_LETTERS = re.compile(r"[\s./()\-:*]")
UNITS = {"งบประมาณบาท", "งบประมาณ", "บาท", "จำนวนเงินบาท", "จำนวนเงิน", "ปี", "ปีงบประมาณพศ", "ปีงบประมาณ"}
UNITS |= {"พันบาท", "หมื่นบาท", "แสนบาท", "ล้านบาท"}

Kept = Mapping[str, str]  # role or year by head, as `plain_head` has it

# Where the plan period has no sub-headings, a column that is called so is one nobody knows.
NO_SUB_HEADINGS: Kept = {ROLE_LABELS[ColumnRole.SUB_HEADING]: ColumnRole.NOTHING}


class Heading(NamedTuple):
    """The head of a table: what each column says (a ColumnRole, or the year as digits), and the rows it takes.

    `unknown`: columns whose head nobody recognised. `texts`: every head as it stands there.
    """

    row: int
    last_row: int
    columns: Mapping[int, str]
    texts: Mapping[int, str]

    @property
    def years(self) -> dict[int, int]:
        """Column by fiscal year."""
        return {int(role): column for column, role in self.columns.items() if role.isdecimal()}

    def column(self, role: ColumnRole) -> int | None:
        return next((column for column, each in self.columns.items() if each == role), None)


@lru_cache(maxsize=1024)
def plain_head(text: str) -> str:
    return _NOT_LETTERS.sub("", arabic_digits(text)).lower()


def role_of(text: str, kept: Kept) -> str:
    """What a head says: a ColumnRole, a year, or "" where nobody knows."""
    plain = plain_head(text)
    if not plain or len(text) > MOST_WORDS:
        return ""
    if plain in kept:
        return kept[plain]
    years = set(_YEAR.findall(plain))
    if len(years) == 1 and not _NO_BUDGET.search(plain):
        return str(years.pop())
    return next((role for words, role in _WORDS if words.search(plain)), "")


def find_heading(rows: Sequence[SheetRow], kept: Kept) -> Heading | None:
    """The first rows that name a project and a year or a dimension; None where no row does."""
    for place, row in enumerate(rows[:HEADING_WITHIN]):
        heading = _heading(row, rows[place + 1] if place + 1 < len(rows) else None, kept)
        roles = set(heading.columns.values())
        if ColumnRole.NAME in roles and (heading.years or ColumnRole.DIMENSION in roles or ColumnRole.MISSION in roles):
            return heading
    return None


def _heading(row: SheetRow, below: SheetRow | None, kept: Kept) -> Heading:
    texts = {column: text for column, cell in enumerate(row.cells) if (text := _head_text(cell))}
    last = row.number
    if below is not None and is_second_head(below, kept):
        last = below.number
        for column, cell in enumerate(below.cells):
            if text := _head_text(cell):
                texts[column] = f"{texts[column]} {text}" if column in texts else text
    found: dict[int, str] = {}
    # What a clerk said goes before what the words of another head would mean.
    for column, text in sorted(texts.items(), key=lambda each: (plain_head(each[1]) not in kept, each[0])):
        role = role_of(text, kept)
        if role and role not in found.values() and role != ColumnRole.NOTHING:
            found[column] = role
    return Heading(row.number, last, found, texts)


def _head_text(cell: Value) -> str:
    text = text_of(cell)
    return text if len(text) <= MOST_WORDS else ""


def is_second_head(row: SheetRow, kept: Kept) -> bool:
    """Whether a row only says what the years above are, or which years: not a word of a project."""
    texts = [text for cell in row.cells if (text := text_of(cell))]
    return (
        bool(texts)
        and all(plain_head(text) in UNITS or role_of(text, kept).isdecimal() for text in texts)
        and not any(isinstance(cell, float) and cell > 3000 for cell in row.cells)
    )


def same_heading(row: SheetRow, heading: Heading) -> bool:
    """Whether a row repeats the head, as on the next page."""
    name = heading.column(ColumnRole.NAME)
    assert name is not None
    cell = row.cells[name] if name < len(row.cells) else None
    if not isinstance(cell, str) or len(cell) > MOST_WORDS:
        return False
    heads = {column: plain_head(text) for column, text in heading.texts.items()}
    if not heads[name].startswith(plain_head(clean_line(cell))):
        return False
    said = {column: plain_head(text_of(cell)) for column, cell in enumerate(row.cells) if cell is not None}
    return all(heads.get(column, "").startswith(text) for column, text in said.items())


def first_filled(rows: Sequence[SheetRow]) -> Heading | None:
    """Where no head was recognised: the first row with three texts, for a clerk to say what stands below."""
    for row in rows[:HEADING_WITHIN]:
        texts = {column: text for column, cell in enumerate(row.cells) if (text := _head_text(cell))}
        if len(texts) >= 3:
            return Heading(row.number, row.number, {}, texts)
    return None
