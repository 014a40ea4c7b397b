"""The shape of a project as a clerk records it: one budget field for each year of the plan period."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any

from wtforms import BooleanField, Field, HiddenField

from app.conflicts import Differences
from app.fields import (
    AtMost,
    Choices,
    Form,
    ManyOf,
    MoneyField,
    OneOf,
    OpenedForm,
    Required,
    TextBlock,
    TextLine,
    Version,
)
from app.lao.projects.rules import (
    BUDGET,
    MAX_NAME,
    MAX_REASON,
    NO_REASON,
    ProjectFacts,
    same_every_year,
    sub_heading_refusal,
)
from app.models.enums import Kind
from app.plans.rules import Period, dimension_of
from app.words import baht

QUARTER_MONTHS = {1: "ต.ค. - ธ.ค.", 2: "ม.ค. - มี.ค.", 3: "เม.ย. - มิ.ย.", 4: "ก.ค. - ก.ย."}
MAX_TEXT = 4000
NOT_IN_YEAR = "ไม่ดำเนินการ"


LATER = {
    "dimension": "มิติหลัก",
    "sub_heading": "หัวข้อย่อยของมิติหลัก (ถ้ามี)",
    "further_dimensions": "มิติที่สอดคล้องเพิ่มเติม (ถ้ามี)",
    "years": "ดำเนินการ ปีงบประมาณ พ.ศ.",
    BUDGET: "งบประมาณปี ",
    "no_budget_": "ดำเนินการโดยไม่ใช้งบประมาณ ปี ",
}


class ProjectForm(OpenedForm):
    """Fields every project has; `project_form` adds those of the period's years and dimensions."""

    submission_key = TextLine()
    sure = HiddenField()
    name = TextLine(
        "ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน",
        validators=[Required("กรอกชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน"), AtMost(MAX_NAME)],
    )
    kind = OneOf("ประเภทงาน", choices=[(kind, kind.label) for kind in Kind], missing="เลือกประเภทงาน")
    quarters = ManyOf(
        "ดำเนินการในไตรมาส",
        choices=list(QUARTER_MONTHS.items()),
        missing="เลือกไตรมาสที่ดำเนินการอย่างน้อย 1 ไตรมาส",
    )
    target_group = TextBlock("กลุ่มเป้าหมาย", validators=[Required("กรอกกลุ่มเป้าหมาย"), AtMost(MAX_TEXT)])
    objective = TextBlock("วัตถุประสงค์", validators=[Required("กรอกวัตถุประสงค์"), AtMost(MAX_TEXT)])
    same_budget = BooleanField("งบประมาณเท่ากันทุกปีที่เลือก")
    dimension: OneOf
    sub_heading: OneOf | None = None  # only where the plan period has sub-headings
    further_dimensions: ManyOf
    years: ManyOf
    all_years: tuple[int, ...] = ()
    made_later = LATER

    def budget(self, year: int) -> MoneyField:
        return self[f"{BUDGET}{year}"]  # type: ignore[no-any-return]

    def no_budget(self, year: int) -> BooleanField:
        return self[f"no_budget_{year}"]

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for year in self.all_years:
            field = self.budget(year)
            missing = "" if field.without else f"กรอกงบประมาณปี {year} หรือเลือก “ดำเนินการโดยไม่ใช้งบประมาณ”"
            self.ask_only(field, year in self.years_with_a_budget and not self.no_budget(year).data, missing)
        if self.sub_heading is not None and (problem := self._sub_heading_problem(self.sub_heading)):
            self.sub_heading.errors = [problem]
        return not self.problems

    def _sub_heading_problem(self, chosen: OneOf) -> str:
        if chosen.data is None and any(chosen.raw_data or ()):
            return "หัวข้อย่อยที่เลือกไม่มีในแผนแล้ว เลือกใหม่ หรือไม่ระบุ"
        return sub_heading_refusal(self.dimension.data, chosen.data) if self.dimension.data else ""

    def on_screen(self) -> list[Field]:
        years = [self.years, *map(self.budget, self.all_years)]
        below = [] if self.sub_heading is None else [self.sub_heading]
        rest = [self.further_dimensions, self.target_group, self.objective]
        return [self.name, self.kind, *years, self.quarters, self.dimension, *below, *rest]

    @property
    def sub_heading_groups(self) -> list[tuple[str, Choices]]:
        """The pick list, by dimension."""
        choices = [] if self.sub_heading is None else self.sub_heading.choices
        groups = groupby(choices, key=lambda choice: dimension_of(choice[0]))
        return [(f"มิติที่ {dimension}", list(some)) for dimension, some in groups]

    @property
    def years_with_a_budget(self) -> list[int]:
        """The chosen years whose own box counts: with the same budget in every year that of the first one."""
        return list(self.years.data[:1] if self.same_budget.data else self.years.data)

    def budgets(self) -> dict[int, Decimal | None]:
        """Baht by chosen year; None is without budget."""
        asked = self.years_with_a_budget
        amounts = {year: None if self.no_budget(year).data else self.budget(year).data for year in asked}
        return dict.fromkeys(self.years.data, amounts[asked[0]]) if self.same_budget.data and asked else amounts

    def facts(self) -> ProjectFacts:
        """What was typed, for the operation. Only for a form that validated."""
        return ProjectFacts(
            name=self.name.data,
            kind=self.kind.data,
            dimension=self.dimension.data,
            further_dimensions=tuple(
                number for number in self.further_dimensions.data if number != self.dimension.data
            ),
            quarters=tuple(self.quarters.data),
            target_group=self.target_group.data,
            objective=self.objective.data,
            budgets=self.budgets(),
            sub_heading=None if self.sub_heading is None else self.sub_heading.data,
        )

    def parts(self, name: str) -> tuple[str, ...]:
        return (name, name.replace(BUDGET, "no_budget_")) if name.startswith(BUDGET) else (name,)

    def take(self, chosen: Collection[str], theirs: ProjectFacts) -> None:
        """A budget is taken together with whether the project runs in that year at all."""
        super().take(chosen, theirs)
        years = {year for year in self.all_years if f"{BUDGET}{year}" in chosen}
        self.years.data = sorted({*self.years.data} - years | years & theirs.budgets.keys())

    def show(self, facts: ProjectFacts) -> None:
        """Fill the empty form with a recorded project."""
        self.name.data, self.kind.data, self.dimension.data = facts.name, facts.kind, facts.dimension
        self.further_dimensions.data, self.quarters.data = list(facts.further_dimensions), list(facts.quarters)
        self.target_group.data, self.objective.data = facts.target_group, facts.objective
        self._show_sub_heading(facts)
        self._show_years(facts)
        for year, amount in facts.budgets.items():
            self.budget(year).data = amount
            self.no_budget(year).data = amount is None

    def keep(self, facts: ProjectFacts) -> None:
        """Begin with what most often stays from one project to the next: its words and amounts do not."""
        self.kind.data, self.dimension.data, self.quarters.data = facts.kind, facts.dimension, list(facts.quarters)
        self._show_sub_heading(facts)
        self._show_years(facts)

    def _show_sub_heading(self, facts: ProjectFacts) -> None:
        if self.sub_heading is not None:
            self.sub_heading.data = facts.sub_heading

    def _show_years(self, facts: ProjectFacts) -> None:
        self.years.data, self.same_budget.data = sorted(facts.budgets), same_every_year(facts.budgets)


class DeleteForm(Form):
    reason = TextLine(
        "เหตุผลที่ลบ",
        validators=[Required(NO_REASON), AtMost(MAX_REASON)],
    )
    version = Version()


def project_form(period: Period) -> type[ProjectForm]:
    """The form class of a plan period."""
    below = (words for dimension in period.sub_headings for words in period.told(dimension))
    return _form_class(tuple(period.years), tuple(period.dimensions.items()), tuple(below))


@lru_cache(maxsize=32)
def _form_class(
    years: tuple[int, ...], dimensions: tuple[tuple[int, str], ...], sub_headings: tuple[str, ...]
) -> type[ProjectForm]:
    fields: dict[str, Any] = {
        "all_years": years,
        "dimension": OneOf(LATER["dimension"], choices=list(dimensions), missing="เลือกมิติหลัก 1 มิติ"),
        "further_dimensions": ManyOf(LATER["further_dimensions"], choices=list(dimensions)),
        "years": ManyOf(
            LATER["years"],
            choices=[(year, str(year)) for year in years],
            missing="เลือกปีงบประมาณที่ดำเนินการอย่างน้อย 1 ปี",
        ),
    }
    if sub_headings:
        choices = [(words.partition(" ")[0], words) for words in sub_headings]
        fields["sub_heading"] = OneOf(LATER["sub_heading"], choices=choices)
    for year in years:
        fields[f"{BUDGET}{year}"] = MoneyField(f"{LATER[BUDGET]}{year}")
        fields[f"no_budget_{year}"] = BooleanField("ดำเนินการโดยไม่ใช้งบประมาณ")
    return type("ProjectFormOfPeriod", (ProjectForm,), fields)


SIDES = {
    "ชื่อ": "name",
    "ประเภทงาน": "kind",
    "ไตรมาส": "quarters",
    "มิติหลัก": "dimension",
    "หัวข้อย่อย": "sub_heading",
    "มิติที่สอดคล้องเพิ่มเติม": "further_dimensions",
    "กลุ่มเป้าหมาย": "target_group",
    "วัตถุประสงค์": "objective",
}


def sides(years: Iterable[int]) -> dict[str, str]:
    """What each label of a comparison stands for."""
    return SIDES | {f"{LATER[BUDGET]}{year}": f"{BUDGET}{year}" for year in years}


def comparison(theirs: ProjectFacts, ours: ProjectFacts) -> Differences:
    """(label, as it stands, as typed) of every fact that differs: what somebody sees whose page was stale."""
    theirs_said, ours_said = _in_words(theirs), _in_words(ours)
    labels = [*theirs_said, *(label for label in ours_said if label not in theirs_said)]
    both = [(label, theirs_said.get(label, NOT_IN_YEAR), ours_said.get(label, NOT_IN_YEAR)) for label in labels]
    return [(label, before, after) for label, before, after in both if before != after]


def _in_words(facts: ProjectFacts) -> dict[str, str]:
    budgets = {
        f"{LATER[BUDGET]}{year}": baht(facts.budgets[year], missing="ไม่ใช้งบประมาณ") for year in sorted(facts.budgets)
    }
    return {
        "ชื่อ": facts.name,
        "ประเภทงาน": facts.kind.label,
        **budgets,
        "ไตรมาส": ", ".join(map(str, facts.quarters)),
        "มิติหลัก": f"มิติที่ {facts.dimension}",
        "หัวข้อย่อย": facts.sub_heading or "–",
        "มิติที่สอดคล้องเพิ่มเติม": ", ".join(map(str, facts.further_dimensions)) or "–",
        "กลุ่มเป้าหมาย": facts.target_group,
        "วัตถุประสงค์": facts.objective,
    }
