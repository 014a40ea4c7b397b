"""Shapes of the desk of LAO accounts."""

from collections.abc import Mapping

from app.fields import AtMost, Form, Required, TextBlock
from app.nacc.desk.forms import one_of, place_and_words
from app.nacc.lao_accounts.rules import AccountFilter, AccountState


class AccountReasonForm(Form):
    reason = TextBlock("เหตุผล", validators=[Required("บอกเหตุผล เช่น ผู้ประสานงานเดิมย้ายแล้ว"), AtMost(1000)])


def account_filter_of(args: Mapping[str, str]) -> AccountFilter:
    """The filter an address asks for; what makes no sense does not narrow."""
    return AccountFilter(state=one_of(args.get("state", ""), list(AccountState)), **place_and_words(args))
