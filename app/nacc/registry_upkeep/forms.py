"""Shapes of registry upkeep: one LAO as a one-row file, so that it meets the same rules as an import."""

from app.fields import AtMost, Digits, Form, OneOf, Required, TextLine, Version
from app.models.enums import OrganisationType
from app.registry.rules import LIST_COLUMNS, NAME_LIMIT, OLD_CODE, Lines, Problem


class OrganisationForm(Form):
    code = Digits("รหัส 7 หลัก", validators=[Required("กรอกรหัส 7 หลัก"), AtMost(7)])
    name = TextLine("ชื่อ อปท.", validators=[Required("กรอกชื่อ อปท."), AtMost(NAME_LIMIT)])
    type = OneOf("ประเภท อปท.", choices=[(kind.label, kind.label) for kind in OrganisationType], missing="เลือกประเภท")
    province_code = Digits("รหัสจังหวัด 2 หลัก", validators=[Required("กรอกรหัสจังหวัด"), AtMost(2)])
    district_code = Digits("รหัสอำเภอ 4 หลัก", validators=[AtMost(4)])
    version = Version()

    def lines(self, old_code: str) -> Lines:
        """The file with this one row; `old_code` finds the LAO when its code changes, "" adds a new one."""
        row = [str(self[name].data or "") for name in LIST_COLUMNS]
        changed = old_code if old_code != self.code.data else ""
        return [[*LIST_COLUMNS, OLD_CODE], [*row, changed]]

    def show_problems(self, problems: list[Problem]) -> None:
        """Put each problem of the file beside the field it is about."""
        for problem in problems:
            column = problem.column if problem.column in LIST_COLUMNS else "code"
            self[column].errors = [*self[column].errors, problem.text]


class CloseForm(Form):
    why = TextLine("เหตุผล", validators=[Required("กรอกเหตุผล"), AtMost(500)])
