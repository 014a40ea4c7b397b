"""The shape of a verdict, and of the queue's address."""

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, SelectField

from app.fields import AtMost, Form, OneOf, TextBlock, Version
from app.listing import MAX_SEARCH, number
from app.models.enums import Kind, ReviewStatus
from app.nacc.review.rules import MAX_REASON, Queue, Verdict, reason_text
from app.words import clean_line


class VerdictForm(Form):
    verdict = OneOf(
        "ผลการพิจารณา",
        choices=[(Verdict.APPROVE, "รับรอง"), (Verdict.REJECT, "ปฏิเสธ")],
        missing="เลือกรับรองหรือปฏิเสธ",
    )
    picked = SelectField("เหตุผลที่ปฏิเสธ", validate_choice=False)
    reason = TextBlock("รายละเอียดเหตุผล", validators=[AtMost(MAX_REASON)])
    version = Version()
    expected = Version()
    ids = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        self.ask_only(self.reason, self.verdict.data is Verdict.REJECT)
        return not self.problems

    def full_reason(self, known: list[str]) -> str:
        """The reason to keep; only for a rejection, and only a picked one that is on the list."""
        if self.verdict.data is not Verdict.REJECT:
            return ""
        picked = self.picked.data if self.picked.data in known else ""
        return reason_text(picked, self.reason.data or "")


def queue_of(args: Mapping[str, str]) -> Queue:
    """The queue an address asks for; what makes no sense does not narrow."""
    status, kind = args.get("status", ""), args.get("kind", "")
    return Queue(
        status=ReviewStatus(status) if status in list(ReviewStatus) else ReviewStatus.PENDING,
        province=clean_line(args.get("province", ""))[:2],
        district=clean_line(args.get("district", ""))[:4],
        q=clean_line(args.get("q", ""))[:MAX_SEARCH],
        dimension=min(number(args.get("dimension", ""), 0), 9),
        kind=kind if kind in list(Kind) else "",
        year=min(number(args.get("year", ""), 0), 2700),
        days=min(number(args.get("days", ""), 0), 3650),
        page=min(max(1, number(args.get("page", ""), 1)), 10_000),
    )
