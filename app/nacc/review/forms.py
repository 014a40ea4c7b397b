"""The shape of a verdict, and of the queue's address."""

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, SelectField

from app.fields import AtMost, OneOf, TextBlock, Version
from app.listing import number
from app.models.enums import Kind, ReviewStatus
from app.nacc.desk.forms import ExpectedForm, one_of, place_and_words
from app.nacc.review.rules import MAX_REASON, ReviewQueue, Verdict, reason_text


class VerdictForm(ExpectedForm):
    verdict = OneOf(
        "ผลการพิจารณา",
        choices=[(Verdict.APPROVE, "รับรอง"), (Verdict.REJECT, "ปฏิเสธ")],
        missing="เลือกรับรองหรือปฏิเสธ",
    )
    picked = SelectField("เหตุผลที่ปฏิเสธ", validate_choice=False)
    reason = TextBlock("รายละเอียดเหตุผล", validators=[AtMost(MAX_REASON)])
    version = Version()
    ids = HiddenField()
    change = HiddenField()  # "1": of a verdict that was given before

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        self.ask_only(self.reason, self._has_reason())
        return not self.problems

    def _has_reason(self) -> bool:
        return self.verdict.data is Verdict.REJECT or self.change.data == "1"

    def full_reason(self, known: list[str]) -> str:
        """The reason to keep, of a rejection or a change; of picked ones only such as are on the list."""
        if not self._has_reason():
            return ""
        picked = self.picked.data if self.picked.data in known else ""
        return reason_text(picked, self.reason.data or "")


def queue_of(args: Mapping[str, str]) -> ReviewQueue:
    """The queue an address asks for; what makes no sense does not narrow."""
    status = args.get("status", "")
    return ReviewQueue(
        status=ReviewStatus(status) if status in list(ReviewStatus) else ReviewStatus.PENDING,
        dimension=min(number(args.get("dimension", ""), 0), 9),
        kind=one_of(args.get("kind", ""), list(Kind)),
        year=min(number(args.get("year", ""), 0), 2700),
        days=min(number(args.get("days", ""), 0), 3650),
        again=one_of(args.get("again", ""), ("1",)),
        **place_and_words(args),
    )
