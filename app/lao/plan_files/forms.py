"""The file or the pasted table, what is said once for all its projects, and the confirmation."""

from collections.abc import Sequence

from wtforms import BooleanField, Field, HiddenField

from app.fields import AtMost, ManyOf, OneOf, TextBlock
from app.lao.plan_files.outcomes import Given
from app.lao.projects.forms import MAX_TEXT, QUARTER_MONTHS
from app.models.enums import Kind
from app.uploads.forms import PastableForm


class PlanFileForm(PastableForm):
    kind = OneOf("ประเภทงาน", choices=[(kind, kind.label) for kind in Kind])
    quarters = ManyOf("ดำเนินการในไตรมาส", choices=list(QUARTER_MONTHS.items()))
    target_group = TextBlock("กลุ่มเป้าหมาย", validators=[AtMost(MAX_TEXT)])
    objective = TextBlock("วัตถุประสงค์", validators=[AtMost(MAX_TEXT)])
    valid_only = BooleanField("นำเข้าเฉพาะรายการที่ถูกต้อง รายการที่ต้องแก้ไม่นำเข้า")
    read = HiddenField()

    def on_screen(self) -> Sequence[Field]:
        return [self.file, self.pasted, self.kind, self.quarters, self.target_group, self.objective, self.valid_only]

    @property
    def given(self) -> Given:
        """What was said for all; only of a form that validated."""
        return Given(
            self.kind.data or None,
            tuple(self.quarters.data or ()),
            self.target_group.data or "",
            self.objective.data or "",
        )
