"""Where in a plan a reader stands: the dimension and the mission that rows below belong to. Pure."""

from collections.abc import Iterable, Mapping

from app.lao.plan_files.headings import NONE, SubHeadings, meant
from app.lao.plan_files.rules import (
    COLUMN_NUMBER,
    DIMENSION,
    LARGE_UNIT,
    MISSION,
    dimension_in_title,
    dimension_named,
    first_digit,
    without_number,
)
from app.uploads.cells import text_of
from app.uploads.reader import SheetRow
from app.words import arabic_digits, clean_line

LONGEST_UNIT = 20  # letters of a cell that only says a unit


def says_dimension(text: str) -> bool:
    """Whether a cell begins with a dimension's number: มิติที่ 1 …, 1. มิติที่ 1 …"""
    return bool(DIMENSION.match(without_number(arabic_digits(text))))


class Titles:
    """The last dimension and mission that were said. A sub-heading that the plan period has needs no number."""

    def __init__(self, dimensions: Mapping[int, str], sub_headings: SubHeadings = NONE) -> None:
        self.dimensions, self.sub_headings = dimensions, sub_headings
        self.forget()

    def forget(self) -> None:
        self.dimension: int | None = None
        self.mission = ""

    def take(self, text: str) -> bool:
        """Take a row's text for the dimension or the mission it says; False where it says neither."""
        words = arabic_digits(clean_line(text))
        match = DIMENSION.match(without_number(words))
        number = int(match[1]) if match else dimension_named(words, self.dimensions)
        if number is not None:
            self.dimension, self.mission = number, ""
            return True
        if self.is_mission(words):
            self.mission = clean_line(text)
            return True
        return False

    def is_mission(self, text: str) -> bool:
        words = arabic_digits(clean_line(text))
        return bool(MISSION.match(words) or meant(words, self.sub_headings.get(self.dimension or 0, {})))

    def take_above(self, text: str) -> None:
        """Take what stands above a table; a dimension may be named anywhere in it."""
        if not self.take(text) and (number := dimension_in_title(text)):
            self.dimension, self.mission = number, ""

    def take_mission(self, text: str) -> None:
        """Take what stands in the column of missions."""
        if text and not self.take(text):
            self.mission = text

    @property
    def number(self) -> int | None:
        """The dimension, else the one that the mission's number begins with."""
        return self.dimension or first_digit(self.mission)


def explains_columns(row: SheetRow) -> bool:
    """Whether a row below a head only says units, or numbers its columns: (1) (2) (3)."""
    if any(isinstance(cell, str) and len(cell) > LONGEST_UNIT for cell in row.cells):
        return False  # as nearly all rows: looking is faster
    words = [arabic_digits(text_of(cell)) for cell in row.cells if cell is not None]
    if all(word.replace(" ", "") in ("งบประมาณ(บาท)", "(บาท)", "บาท", "งบประมาณ") for word in words):
        return True
    numbers = [int(match[1]) for word in words if (match := COLUMN_NUMBER.fullmatch(word))]
    return len(numbers) == len(words) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def large_unit(texts: Iterable[str]) -> str:
    """พันบาท and larger, where a head or a title says that amounts are told in it."""
    return next((match[1] for text in texts if (match := LARGE_UNIT.search(clean_line(text)))), "")
