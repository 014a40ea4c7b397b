"""Places beside each other, and LAOs, districts and provinces ranked. With the pages of results, for both sites."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.citizens.comparing.queries import RankedPlace, places_inside, ranked_places, rows_of_all, under_whole_names
from app.citizens.comparing.rules import RANKINGS, RankedLao, ranked, ranked_in
from app.citizens.places.queries import FoundPlaces, find, search
from app.citizens.places.rules import MOST_BESIDE, Place, codes_of, in_address, kind_of, path_of
from app.citizens.results.columns import drawn_rows
from app.citizens.results.pages import View, adding, own_code
from app.citizens.results.queries import summed
from app.citizens.results.sites import MOMENT, Site, asked_moment, frame, moment_told
from app.citizens.scores.queries import published_scores
from app.lao.reporting.rules import ReportingRound
from app.listing import MAX_SEARCH, PAGES, SHORT_PAGE, among, number, pager_at, query_of, text, whole
from app.models.enums import OrganisationType, PlaceKind
from app.web import answer
from app.words import clean_line, percent_text

BESIDE = MOMENT | {"places": lambda typed: in_address(codes_of(typed)), "q": text(MAX_SEARCH)}


def mount_comparisons(blueprint: Blueprint, site: Site, declare: Callable[[View], View]) -> None:
    add = adding(blueprint, site, declare)
    add(side_by_side, "/side-by-side", BESIDE, of_places=False)
    of = {"of": among(PlaceKind), "type": among(OrganisationType), "page": whole(PAGES)}
    add(ranking, "/ranking", MOMENT | of)


def side_by_side(site: Site) -> Response:
    """Up to four places of any kind beside each other; one address holds them."""
    asked = codes_of(request.args.get("places", ""))
    found = {place.code: place for code in asked if (kind := kind_of(code)) for place in [find(kind, code)]}
    places = list(found.values())  # an LAO stands there once, also under a code that it had before
    moment = asked_moment({code for place in places for code in place.province_codes})
    q = clean_line(request.args.get("q", ""))[:MAX_SEARCH]
    return answer(
        "citizens/comparing/side_by_side.html",
        "citizens/comparing/_side_by_side.html",
        **moment_told(site, moment),
        beside=[(place, summed(place, moment.year, moment.round)) for place in places],
        scores=published_scores([place.id for place in places if place.id], moment.year),
        codes=list(found),
        most=MOST_BESIDE,
        q=q,
        matches=search(q) if q else FoundPlaces(),
    )


def ranking(site: Site, kind: str, code: str) -> Any:
    """One page of them: LAOs, of one type where the address says so, or the districts or provinces of the place.

    An LAO has none, but its province has.
    """
    place = find(PlaceKind(kind), code)
    moment = asked_moment(place.province_codes)
    if place.kind is PlaceKind.ORGANISATION:
        return redirect(f"{site.base}{path_of(PlaceKind.PROVINCE, place.one_province)}/ranking?{moment.query}")
    kinds = ranked_in(place.kind)
    of = next((each for each in kinds if each == request.args.get("of")), kinds[0])
    own = _own_codes(site)
    order = _of_laos(place, moment, own) if of is PlaceKind.ORGANISATION else _of_places(place, of, moment, own)
    pager = pager_at(number(request.args.get("page", ""), 1, PAGES), order.total, SHORT_PAGE)
    said = {"of": of.value if of is not kinds[0] else "", "type": order.chosen.value if order.chosen else ""}
    return answer(
        "citizens/comparing/ranking.html",
        "citizens/comparing/_ranking.html",
        **frame(site, place, moment),
        told=RANKINGS[of],
        of=of,
        kinds=kinds,
        order=order,
        rows=order.drawn(pager.first - 1, pager.last),
        pager=pager,
        asked=query_of({"year": moment.year, "round": int(moment.round), **said}),
    )


class Order(NamedTuple):
    """A ranking: how many have a rank and how many none, the rank of whoever looks, and how its rows are drawn."""

    total: int
    unranked: int
    own: int
    template: str
    drawn: Callable[[int, int], list[Any]]
    types: Sequence[OrganisationType] = ()
    chosen: OrganisationType | None = None


def _of_laos(place: Place, moment: ReportingRound, own: Collection[str]) -> Order:
    rows = rows_of_all(place, moment.year, moment.round)
    types = [each for each in OrganisationType if any(row.type is each for row in rows)]
    chosen = next((each for each in types if each == request.args.get("type")), None)
    rows = [row for row in rows if chosen in (None, row.type)]
    order, template = ranked(rows), "citizens/results/_row.html"
    rank = next((each.rank for each in order if each.row.code in own), 0)
    unranked = len(rows) - len(order)
    return Order(len(order), unranked, rank, template, lambda a, b: _laos(order[a:b], own), types, chosen)


def _laos(order: list[RankedLao], own: Collection[str]) -> list[Any]:
    """Rows of a table of LAOs, each with its rank for a number."""
    named = [each.row for each in under_whole_names(order)]
    drawn = drawn_rows(named, next((row.code for row in named if row.code in own), ""))
    return [row._replace(number=str(each.rank)) for row, each in zip(drawn, order, strict=True)]


def _of_places(place: Place, of: PlaceKind, moment: ReportingRound, own: Collection[str]) -> Order:
    places = places_inside(place, of, moment.year, moment.round)
    order, template = ranked_places(places), "citizens/comparing/_of_place.html"
    rank = next((each.rank for each in order if each.place.code in own), 0)
    unranked = len(places) - len(order)
    return Order(len(order), unranked, rank, template, lambda a, b: [_drawn(each, own) for each in order[a:b]])


class DrawnPlace(NamedTuple):
    """A place of a ranking, as app/rows.py draws it."""

    own: bool
    path: str
    rank: str
    name: str
    passed: str
    done: str
    percent: str


def _drawn(ranked_: RankedPlace, own: Collection[str]) -> DrawnPlace:
    rank, place = ranked_
    summary, counts = place.summary, place.summary.counts
    passed = f"{summary.passed:,}/{summary.laos:,}"
    done = f"{counts.done:,}/{counts.total:,}"
    words = str(rank), place.name, passed, done, percent_text(counts.percent)
    return DrawnPlace(place.code in own, place.path, *words)


def _own_codes(site: Site) -> Collection[str]:
    """Of the LAO that is looking and of the places it lies in."""
    code = own_code(site)
    if not code:
        return ()
    lao = find(PlaceKind.ORGANISATION, code)
    return {lao.code, *(each.code for each in lao.parents)}
