"""Shapes of the desk of LAO accounts."""

from collections.abc import Mapping

from wtforms import HiddenField

from app.fields import AtMost, Form, Required, TextBlock, Version
from app.listing import MAX_SEARCH, PAGES, number
from app.nacc.lao_accounts.rules import AccountFilter, AccountState
from app.words import arabic_digits, clean_line


class CodesForm(Form):
    expected = Version()
    sealed = HiddenField()


class ReasonForm(Form):
    reason = TextBlock("เหตุผล", validators=[Required("บอกเหตุผล เช่น ผู้ประสานงานเดิมย้ายแล้ว"), AtMost(1000)])


def filter_of(args: Mapping[str, str]) -> AccountFilter:
    """The filter an address asks for; what makes no sense does not narrow."""
    state = args.get("state", "")
    return AccountFilter(
        province=clean_line(args.get("province", ""))[:2],
        district=clean_line(args.get("district", ""))[:4],
        state=state if state in list(AccountState) else "",
        q=arabic_digits(clean_line(args.get("q", "")))[:MAX_SEARCH],
        page=max(1, number(args.get("page", ""), 1, PAGES)),
    )
