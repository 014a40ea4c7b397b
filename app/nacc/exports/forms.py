"""The form that asks for a file."""

from collections.abc import Iterable
from typing import Any

from wtforms import Field

from app.fields import Form, OneOf
from app.models.enums import ExportKind, ExportWhat, Round
from app.nacc.exports.rules import ExportPlace, ExportRequest

LATER = {"place": "พื้นที่", "year": "ปีงบประมาณ"}


class ExportForm(Form):
    """Made by `export_form`, which knows the places and years of the one who asks."""

    what = OneOf("ข้อมูล", choices=[(each, each.label) for each in ExportWhat], missing="เลือกข้อมูลที่ต้องการ")
    place: OneOf
    year: OneOf
    made_later = LATER
    round = OneOf("รอบ", choices=[(each, each.label) for each in Round], missing="เลือกรอบ")
    kind = OneOf("ชนิดไฟล์", choices=[(each, each.label) for each in ExportKind], missing="เลือกชนิดไฟล์")

    def on_screen(self) -> list[Field]:
        return [self.what, self.place, self.year, self.round, self.kind]

    @property
    def asked(self) -> ExportRequest:
        return ExportRequest(self.what.data, self.place.data, self.year.data, self.round.data, self.kind.data)


def export_form(places: Iterable[ExportPlace], years: Iterable[int]) -> type[ExportForm]:
    """The form with the places and years to choose from."""
    fields: dict[str, Any] = {
        "place": OneOf(LATER["place"], choices=[(each.token, each.label) for each in places], missing="เลือกพื้นที่ที่ท่านดูแล"),
        "year": OneOf(LATER["year"], choices=[(year, str(year)) for year in years], missing="เลือกปีงบประมาณ"),
    }
    return type("ExportFormOfPlaces", (ExportForm,), fields)
