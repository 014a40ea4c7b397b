"""Which projects a plan takes over, and from which year to which."""

from collections.abc import Iterable, Sequence
from hashlib import blake2s
from typing import Any

from wtforms import Field, HiddenField

from app.fields import Form, ManyOf, OneOf, TextLine
from app.lao.copying.rules import NO_YEAR
from app.lao.projects.rules import ProjectFacts

FROM = "from_"  # and the year of the next plan: the name of a field
LATER = {FROM: "ปีต้นทางของปี "}


class CopyForm(Form):
    """`copy_form` adds the projects and the years."""

    submission_key = TextLine()
    sure = HiddenField()
    ids: ManyOf
    years: tuple[int, ...] = ()
    made_later = LATER

    def on_screen(self) -> list[Field]:
        return [*(self.source(year) for year in self.years), self.ids]

    def source(self, year: int) -> OneOf:
        return self[f"{FROM}{year}"]  # type: ignore[no-any-return]

    def sources(self) -> dict[int, int]:
        """The year of the last plan by that of the next one, where it takes something over."""
        return {year: self.source(year).data for year in self.years if self.source(year).data != NO_YEAR}

    def agreed(self, copies: Sequence[ProjectFacts]) -> bool:
        """Whether this very list was counted before and the same button pressed again."""
        about = blake2s(repr(copies).encode(), digest_size=8).hexdigest()
        known = bool(self.sure.data == about)
        self.sure.data = about
        return known


def copy_form(ids: Iterable[int], before: Iterable[int], years: Iterable[int]) -> type[CopyForm]:
    """The form of a plan whose open `years` take over projects from the years `before`."""
    choices = [(NO_YEAR, "ไม่คัดลอกปีนี้"), *((year, f"ปี {year}") for year in before)]
    fields: dict[str, Any] = {
        f"{FROM}{year}": OneOf(f"{LATER[FROM]}{year}", choices=choices, missing="เลือกปีจากรายการ") for year in years
    }
    fields["ids"] = ManyOf("โครงการ", choices=[(id_, "") for id_ in ids], missing="เลือกโครงการอย่างน้อย 1 โครงการ")
    return type("CopyFormOfPlans", (CopyForm,), fields | {"years": tuple(years)})
