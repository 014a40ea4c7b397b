"""The part of a desk's address that all desks read alike, and the confirmation of many."""

from collections.abc import Collection, Mapping
from typing import TypedDict

from app.fields import Form, Version
from app.listing import MAX_SEARCH, PAGES, number
from app.words import arabic_digits, clean_line


class ExpectedForm(Form):
    """A confirmation: the number that was said before."""

    expected = Version()


class PlaceAndWords(TypedDict):
    """The fields of every desk's filter."""

    province: str
    district: str
    lao: str
    q: str
    page: int


def place_and_words(args: Mapping[str, str]) -> PlaceAndWords:
    """What an address asks for; what makes no sense does not narrow."""
    return {
        "province": clean_line(args.get("province", ""))[:2],
        "district": clean_line(args.get("district", ""))[:4],
        "lao": arabic_digits(clean_line(args.get("lao", "")))[:7],
        "q": clean_line(args.get("q", ""))[:MAX_SEARCH],
        "page": max(1, number(args.get("page", ""), 1, PAGES)),
    }


def one_of(value: str, known: Collection[str]) -> str:
    """`value` where it is one of `known`, else "": it does not narrow."""
    return value if value in known else ""
