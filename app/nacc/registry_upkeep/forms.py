"""Shapes of registry upkeep: one LAO as a one-row file, so that it meets the same rules as an import."""

import re
from datetime import datetime

from wtforms import HiddenField
from wtforms.validators import StopValidation

from app import clock
from app.clock import BANGKOK
from app.fields import AtMost, Digits, Form, OneOf, Required, TextLine, Version
from app.models.enums import OrganisationType
from app.moments import DAY_BEGINS, MomentField
from app.nacc.registry_upkeep.rules import ProjectsGo, SuccessionFacts, SuccessionKind, contradiction
from app.registry.lines import LIST_COLUMNS, OLD_CODE, Lines, Problem
from app.registry.rules import NAME_LIMIT, Effect
from app.uploads.forms import UploadForm
from app.words import arabic_digits


def _since() -> MomentField:
    return MomentField("มีผลตั้งแต่วันที่", by_day=DAY_BEGINS)


def _document() -> TextLine:
    return TextLine("เลขที่และวันที่ของประกาศหรือหนังสือ", validators=[AtMost(200)])


class EffectForm(Form):
    """From when a change of the registry holds, and by which paper."""

    since: MomentField  # each form puts them where they stand on its screen
    document: TextLine

    def validate_since(self, field: MomentField) -> None:
        if field.data and field.data > clock.now():
            raise StopValidation("วันที่มีผลยังมาไม่ถึง บันทึกได้เมื่อถึงวันนั้น")

    def effect(self, now: datetime) -> Effect:
        return Effect(self.since.data or now, self.document.data or "", typed=self.since.data is not None)


class OrganisationForm(EffectForm):
    code = Digits("รหัส 7 หลัก", validators=[Required("กรอกรหัส 7 หลัก"), AtMost(7)])
    name = TextLine("ชื่อ อปท.", validators=[Required("กรอกชื่อ อปท."), AtMost(NAME_LIMIT)])
    type = OneOf("ประเภท อปท.", choices=[(kind.label, kind.label) for kind in OrganisationType], missing="เลือกประเภท")
    province_code = Digits("จังหวัด", validators=[Required("เลือกจังหวัด"), AtMost(2)])
    district_code = Digits("อำเภอ", validators=[AtMost(4)])
    since, document = _since(), _document()
    version = Version()
    sure = HiddenField()

    def asks_of_the_type(self) -> bool:
        """Whether name and type contradict each other, and nobody has said yet that it is meant so."""
        asked = contradiction(self.name.data or "", self.type.data or "")
        return bool(asked) and self.ask(asked)

    def lines(self, old_code: str) -> Lines:
        """The file with this one row; `old_code` finds the LAO when its code changes, "" adds a new one."""
        row = [str(self[name].data or "") for name in LIST_COLUMNS]
        changed = old_code if old_code != self.code.data else ""
        return [[*LIST_COLUMNS, OLD_CODE], [*row, changed]]

    def show_problems(self, problems: list[Problem]) -> None:
        """Put each problem of the file beside the field it is about."""
        for problem in problems:
            named = "code" if problem.column else "since"  # a row is refused whole for the day it should hold from
            column = problem.column if problem.column in LIST_COLUMNS else named
            self[column].errors = [*self[column].errors, problem.text]


class CloseForm(EffectForm):
    why = TextLine("เหตุผล", validators=[Required("กรอกเหตุผล"), AtMost(500)])
    since, document = _since(), _document()


class RegistryFileForm(UploadForm, EffectForm):
    """A file of the registry; all of it holds from the same day."""

    since, document = _since(), _document()


class SuccessionForm(EffectForm):
    kind = OneOf("เหตุการณ์", choices=[(kind.value, kind.label) for kind in SuccessionKind], missing="เลือกเหตุการณ์")
    successors = TextLine(
        "รหัส 7 หลักของ อปท. ที่รับช่วง", validators=[Required("กรอกรหัส 7 หลักของ อปท. ที่รับช่วง"), AtMost(100)]
    )
    projects = OneOf(
        "โครงการของปีงบประมาณต่อไป",
        choices=[(each.value, each.label) for each in ProjectsGo],
        missing="เลือกว่าโครงการจะเป็นอย่างไร",
    )
    document = TextLine("เลขที่ประกาศ", validators=[Required("กรอกเลขที่ประกาศ"), AtMost(200)])
    document_date = MomentField(
        "ประกาศลงวันที่", by_day=DAY_BEGINS, validators=[Required("กรอกวันที่ของประกาศ เช่น 1/10/2569")]
    )
    since = _since()

    def facts(self, now: datetime) -> SuccessionFacts:
        codes = re.findall(r"[^\s,;]+", arabic_digits(self.successors.data or ""))
        assert self.document_date.data  # required
        day = self.document_date.data.astimezone(BANGKOK).date()
        return SuccessionFacts(
            SuccessionKind(self.kind.data), codes, ProjectsGo(self.projects.data), day, self.effect(now)
        )
