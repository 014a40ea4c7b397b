"""Places beside each other, and LAOs in the order of what they have done. With the pages of results, for both sites."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.citizens.comparing.queries import rows_of_all, under_whole_names
from app.citizens.comparing.rules import RankedLao, ranked
from app.citizens.places.queries import FoundPlaces, find, search
from app.citizens.places.rules import MOST_BESIDE, codes_of, in_address, kind_of, path_of
from app.citizens.results.columns import SCREEN, drawn_rows
from app.citizens.results.pages import View, adding, own_code
from app.citizens.results.queries import summed
from app.citizens.results.sites import MOMENT, Site, asked_moment, frame, moment_told
from app.citizens.scores.queries import published_scores
from app.listing import MAX_SEARCH, PAGES, Pager, among, number, query_of, text, whole
from app.models.enums import OrganisationType, PlaceKind
from app.web import answer
from app.words import clean_line

PAGE_SIZE = 50  # a telephone's 5,000 pixels
BESIDE = MOMENT | {"places": lambda typed: in_address(codes_of(typed)), "q": text(MAX_SEARCH)}


def mount_comparisons(blueprint: Blueprint, site: Site, declare: Callable[[View], View]) -> None:
    add = adding(blueprint, site, declare)
    add(side_by_side, "/side-by-side", BESIDE, of_places=False)
    add(ranking, "/ranking", MOMENT | {"type": among(OrganisationType), "page": whole(PAGES)})


def side_by_side(site: Site) -> Response:
    """Up to four places of any kind beside each other; one address holds them."""
    codes = codes_of(request.args.get("places", ""))
    places = [find(kind, code) for code in codes if (kind := kind_of(code))]
    moment = asked_moment({code for place in places for code in place.province_codes})
    q = clean_line(request.args.get("q", ""))[:MAX_SEARCH]
    return answer(
        "citizens/comparing/side_by_side.html",
        "citizens/comparing/_side_by_side.html",
        **moment_told(site, moment),
        beside=[(place, summed(place, moment.year, moment.round)) for place in places],
        scores=published_scores([place.id for place in places if place.id], moment.year),
        codes=codes,
        most=MOST_BESIDE,
        q=q,
        found=search(q) if q else FoundPlaces(),
    )


def ranking(site: Site, kind: str, code: str) -> Any:
    """One page of them, of one type where the address says so. An LAO has none, but its province has."""
    place = find(PlaceKind(kind), code)
    moment = asked_moment(place.province_codes)
    if place.kind is PlaceKind.ORGANISATION:
        return redirect(f"{site.base}{path_of(PlaceKind.PROVINCE, place.one_province)}/ranking?{moment.query}")
    rows = rows_of_all(place, moment.year, moment.round)
    types = [each for each in OrganisationType if any(row.type is each for row in rows)]
    chosen = next((each for each in types if each == request.args.get("type")), None)
    rows = [row for row in rows if chosen in (None, row.type)]
    order, own = ranked(rows), own_code(site)
    asked = max(1, number(request.args.get("page", ""), 1, PAGES))
    pager = Pager(min(asked, Pager(1, len(order), PAGE_SIZE).pages), len(order), PAGE_SIZE)
    return answer(
        "citizens/comparing/ranking.html",
        "citizens/comparing/_ranking.html",
        **frame(site, place, moment),
        rows=_drawn(under_whole_names(order[pager.first - 1 : pager.last]), own),
        pager=pager,
        own=next((each for each in order if each.row.code == own), None),
        unranked=len(rows) - len(order),
        types=types,
        chosen=chosen,
        asked=query_of({"year": moment.year, "round": int(moment.round), "type": chosen.value if chosen else ""}),
        columns=SCREEN,
    )


def _drawn(order: list[RankedLao], own: str) -> list[Any]:
    """Rows of a table of LAOs, each with its rank for a number."""
    drawn = drawn_rows([each.row for each in order], own)
    return [row._replace(number=str(each.rank)) for row, each in zip(drawn, order, strict=True)]
