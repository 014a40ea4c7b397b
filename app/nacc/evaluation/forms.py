"""Shapes of the score forms: a field for each cell, and beside it what stood there when the page was drawn."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, ClassVar, cast

from wtforms import Field, HiddenField

from app.amounts import NotAnAmount, read_amount
from app.fields import AtMost, Form, Number, TextLine
from app.models.enums import Which
from app.nacc.evaluation.rules import ScoreCell, ScoreEntry, YearScores
from app.uploads.forms import PastableForm

SEEN = "seen_"
MAX_REASON = 500


class ScoreField(Number):
    """0 up to the dimension's maximum, with two decimals."""

    def __init__(self, label: str, *, maximum: Decimal, **kwargs: Any) -> None:
        super().__init__(label, places=2, maximum=maximum, unit="คะแนน", example="12.50", **kwargs)


class SeenScoreField(HiddenField):
    """A score as the page showed it; what is no number is none, and so a stale one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: Decimal | None = None
        with suppress(NotAnAmount):
            self.data = read_amount(valuelist[0]) if valuelist else None

    def _value(self) -> str:
        return "" if self.data is None else f"{self.data:.2f}"


class ScoreForm(Form):
    """Made by `score_form`: a field for each of its cells."""

    cells: tuple[ScoreCell, ...]
    made_later: ClassVar = {f"{which.value}_": f"{which.label} มิติที่ " for which in Which}
    reason = TextLine("เหตุผลที่แก้ไข", validators=[AtMost(MAX_REASON)])

    def field(self, cell: ScoreCell) -> Field:
        return self._fields[cell.name]

    def seen(self, cell: ScoreCell) -> Field:
        return self._fields[SEEN + cell.name]

    def entries(self) -> dict[ScoreCell, ScoreEntry]:
        """What was typed; a cell that was not sent is not touched."""
        sent = (cell for cell in self.cells if self.field(cell).raw_data)
        return {cell: ScoreEntry(self.field(cell).data, self.seen(cell).data) for cell in sent}

    def on_screen(self) -> list[Field]:
        """Dimension by dimension, the reason last."""
        return [*(self.field(cell) for cell in sorted(self.cells, key=lambda cell: cell.dimension)), self.reason]

    def tell_stale(self, stale: Iterable[ScoreCell], kept: YearScores, first: str) -> None:
        """Show what was saved meanwhile beside what was typed; saving once more then takes what was typed."""
        for cell in stale:
            field, value = self.field(cell), kept.value(cell)
            theirs = "ลบออก" if value is None else f"เป็น {value:,.2f}"
            field.errors = [*field.errors, f"คะแนนนี้{first} {theirs} หากต้องการใช้ค่าของท่าน บันทึกอีกครั้ง"]
            seen = self.seen(cell)
            seen.data, seen.raw_data = value, None


def score_form(cells: Iterable[ScoreCell], maxima: Mapping[int, Decimal], kept: YearScores | None = None) -> ScoreForm:
    """The sent form, or with `kept` one that shows what is kept."""
    shown = tuple(cells)
    made = score_class(shown, maxima)
    if kept is None:
        return made()
    values = {prefix + cell.name: kept.value(cell) for cell in shown for prefix in ("", SEEN)}
    return made(formdata=None, data=values)


def score_class(cells: Iterable[ScoreCell], maxima: Mapping[int, Decimal]) -> type[ScoreForm]:
    """The form of these cells."""
    shown = tuple(cells)
    fields: dict[str, Any] = {"cells": shown}
    for cell in shown:
        fields[cell.name] = ScoreField(cell.label, maximum=maxima[cell.dimension])
        fields[SEEN + cell.name] = SeenScoreField()
    return cast(type[ScoreForm], type("CellsForm", (ScoreForm,), fields))


class ScoreFileForm(PastableForm):
    reason = TextLine("เหตุผลที่แก้ไข", validators=[AtMost(MAX_REASON)])
