"""Shapes of the desk of what should be checked."""

from collections.abc import Mapping

from app.fields import AtMost, OneOf, Required, TextBlock, Version
from app.models.enums import SignKind, SignVerdict
from app.nacc.desk.forms import ExpectedForm, one_of, place_and_words
from app.nacc.signs.rules import MAX_NOTE, STATES, SignFilter
from app.plans.rules import round_of


class SignVerdictForm(ExpectedForm):
    verdict = OneOf(
        "ผลการตรวจสอบ", choices=[(each, each.label) for each in SignVerdict], missing="เลือกผลการตรวจสอบ 1 ข้อ"
    )
    note = TextBlock(
        "เหตุผลหรือสิ่งที่ตรวจสอบ", validators=[Required("เขียนสั้น ๆ ว่าตรวจสอบอะไร หรือเพราะเหตุใด"), AtMost(MAX_NOTE)]
    )
    version = Version()


def sign_filter_of(args: Mapping[str, str], year: int) -> SignFilter:
    """The filter an address asks for, in `year`; what makes no sense does not narrow."""
    return SignFilter(
        year=year,
        round=round_of(args.get("round", "")),
        kind=one_of(args.get("kind", ""), list(SignKind)),
        state=one_of(args.get("state", ""), [each.value for each in STATES]),
        **place_and_words(args),
    )
