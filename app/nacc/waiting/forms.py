"""Shapes of the desk of what waits."""

from collections.abc import Mapping

from app.nacc.desk.forms import one_of, place_and_words
from app.nacc.waiting.rules import DUE, EVERYONE, STATE_WORDS, WaitingFilter
from app.plans.rules import round_of


def waiting_filter_of(args: Mapping[str, str], year: int) -> WaitingFilter:
    """The filter an address asks for, in `year`; what makes no sense does not narrow.

    Without a word on it, those are asked for who must report and have not.
    """
    return WaitingFilter(
        year=year,
        round=round_of(args.get("round", "")),
        state=one_of(args.get("state", DUE), STATE_WORDS) or EVERYONE,
        **place_and_words(args),
    )
