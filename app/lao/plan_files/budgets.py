"""The amounts of a row, given to its projects: one, or several that stand in one cell. Pure."""

from collections.abc import Sequence
from typing import Any

from app.amounts import NotAnAmount
from app.lao.plan_files.rules import ReadLine, amount_in, kept_lines, of_cell
from app.uploads.cells import Value
from app.words import clean_line


def put_budget(lines: Sequence[ReadLine], starts: Sequence[int], year: int, column: int, cell: Value) -> None:
    """Give each project of a row, which begin in the lines `starts` of their cell, its amount of that year."""
    if cell is None:
        return
    if len(lines) == 1:
        _amount_of(lines[0], year, column, cell)
        return
    amounts: list[Any] = kept_lines(cell) if isinstance(cell, str) else [cell]
    if len(amounts) != len(lines):
        picked = [amounts[start] if start < len(amounts) else "" for start in starts]
        rest = [each for place, each in enumerate(amounts) if place not in starts and str(each).strip()]
        if rest or len(amounts) < len(lines):
            text = f"ช่องชื่อมี {len(lines)} รายการ แต่ช่องนี้มี {len(amounts)} จำนวน แยกเป็นรายการละแถว"
            for line in lines:
                line.wrong(text, column)
            return
        amounts = picked
    for line, amount in zip(lines, amounts, strict=True):
        if amount is not None and str(amount).strip():
            _amount_of(line, year, column, amount)


def _amount_of(line: ReadLine, year: int, column: int, cell: Any) -> None:
    if isinstance(cell, str):
        text = clean_line(cell)
        if not text:
            return
        amount, wrong = amount_in(text)
    else:
        try:
            amount, wrong = of_cell(cell), ""
        except NotAnAmount as error:
            amount, wrong = None, str(error)
    if wrong:
        line.wrong(wrong, column)
    line.budgets[year] = amount
