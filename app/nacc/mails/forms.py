"""The log of mails, as its address asks for it."""

from collections.abc import Mapping

from app.listing import PAGES, YEARS, number
from app.nacc.desk.forms import one_of
from app.nacc.mails.rules import MailFilter, MailState


def mail_filter_of(args: Mapping[str, str]) -> MailFilter:
    return MailFilter(
        year=number(args.get("year", ""), 0, YEARS),
        round=number(args.get("round", ""), 0),
        state=one_of(args.get("state", ""), list(MailState)),
        page=max(1, number(args.get("page", ""), 1, PAGES)),
    )
