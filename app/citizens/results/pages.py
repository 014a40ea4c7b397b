"""Results of places, page by page. The same pages stand twice: for those signed in, and for citizens.

A site says where its pages stand and how they are framed; `mount` adds them to a blueprint.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from app.access import Permission, actor
from app.citizens.comparing.queries import beside
from app.citizens.figures.queries import listed, public_project
from app.citizens.figures.rules import DEFINITIONS, Figure, FigureRequest, Side, calculation, sums_of
from app.citizens.figures.tombstones import Tombstone, tombstone, tombstone_count, tombstones
from app.citizens.places.queries import find
from app.citizens.plots.pages import plot_picture, plots_told, years_told
from app.citizens.plots.rules import Plot
from app.citizens.public.cache import knows
from app.citizens.results import queries, workbooks
from app.citizens.results.columns import SCREEN, drawn_part, drawn_rows
from app.citizens.results.rules import PartSort, TableFilter
from app.citizens.results.sites import MOMENT, Site, asked_moment, frame
from app.citizens.results.workbooks import as_spelled
from app.citizens.scores.queries import published_scores
from app.errors import NotTheirs
from app.language import said
from app.lao.fixed_rounds.editions import closed_round_told
from app.lao.fixed_rounds.sums import place_then
from app.lao.reporting.counts import lao_summary
from app.lao.reporting.rules import Counts, Grouping, ProvinceTableRow, ReportingRound, in_table_order
from app.lao.sending.queries import said_nothing
from app.lao.standings.rules import TENS, ten_words
from app.listing import PAGES, SHORT_PAGE, Reader, among, number, pager_at, query_of, whole
from app.models.enums import Level, OrganisationType, PlaceKind
from app.registry.past import kin_of, past_of
from app.spreadsheets.excel import file_content
from app.web import answer, attachment, wants_fragment

INSIDE = "<any(regions, provinces, districts, organisations):kind>/<code>"
# What the addresses of these pages say; nothing else is known to those that are kept for all.
TABLE = MOMENT | {
    "by": among(Grouping),
    "district": whole(range(1000, 10_000)),
    "type": among(OrganisationType),
    "level": among(Level),
    "ten": whole(TENS),
}
FIGURE = MOMENT | {"dimension": whole(range(1, 32768)), "side": among(Side), "page": whole(PAGES)}
MOST_OPEN = 40  # LAOs of a table that a telephone shows without being asked to
COUNTRY = {"kind": PlaceKind.COUNTRY.value, "code": ""}
View = Callable[..., Any]


def adding(blueprint: Blueprint, site: Site, declare: Callable[[View], View]) -> Callable[..., None]:
    """Adds a page of `site`; `declare` says who may open it, and what else is done around it."""

    def add(view: View, rule: str, parameters: Mapping[str, Reader], *, of_places: bool = True) -> None:
        @knows(parameters)
        def bound(**given: Any) -> Any:
            return view(site, **given)

        bound.__name__ = view.__name__
        known = declare(bound)
        blueprint.add_url_rule(site.front + rule, view.__name__, known, defaults=COUNTRY if of_places else {})
        if of_places:
            blueprint.add_url_rule(f"{site.front}/{INSIDE}{rule}", view.__name__, known)

    return add


def mount(blueprint: Blueprint, site: Site, declare: Callable[[View], View]) -> None:
    """Add the pages of `site`."""
    add = adding(blueprint, site, declare)
    add(place_page, "", TABLE | {"sort": among(PartSort)})
    add(compare, "/compare", MOMENT)
    add(table_file, "/table.<any(xlsx, csv):file>", TABLE)
    add(figure_page, "/figures/<figure>", FIGURE)
    add(plot_picture, "/plots/<any({}):plot>.svg".format(", ".join(Plot)), MOMENT)
    row = MOMENT | {"n": whole(range(1, 10_000)), "view": among(("row",))}
    add(open_row, "/organisations/<code>/open", row, of_places=False)
    pages = MOMENT | {"page": whole(PAGES)}
    add(deleted_projects, "/organisations/<code>/deleted", pages, of_places=False)
    add(project, "/projects/<int:id_>", MOMENT, of_places=False)


def place_page(site: Site, kind: str, code: str) -> Response:
    place = find(PlaceKind(kind), code)
    moment = asked_moment(place.province_codes)
    told = frame(site, place, moment)
    if place.kind is PlaceKind.ORGANISATION:
        summary = lao_summary(place.id, place.one_province, moment.year, moment.round)
        compared = beside(place, moment.year, moment.round)
        closed = closed_round_told(place.id, place.one_province, summary, moment.year)
        told |= {"past": past_of(place.id), "kin": kin_of(place.id), "summary": summary, "beside": compared}
        told["then"] = place_then(place.id, moment.year, moment.round)
        told |= plots_told(place, summary)
        told |= {"closed": closed, "amends": not site.public and actor().may(Permission.REVIEW)}
        scores = published_scores([place.id], moment.year).get(place.id)
        told |= {"deleted": tombstone_count(place.id), "scores": scores}
        empty = [place.id] if summary.passed and not summary.counts.total else []
        told["said_nothing"] = bool(said_nothing(empty, moment.year, moment.round))
        return answer("citizens/results/lao.html", "citizens/results/_lao.html", **told)
    results = queries.results(place, moment.year, moment.round)
    table = lao_table(site, results.rows, told["path"], moment) if results.rows else {}
    sort = next((each for each in PartSort if each == request.args.get("sort")), None)
    return answer(
        "citizens/results/place.html",
        "citizens/results/_place.html",
        **told,
        **plots_told(place, results.whole, results.parts),
        results=results,
        summary=results.whole,
        sort=sort,
        parts=[
            (
                group,
                sum((part.summary.counts for part in inside), Counts()),
                [drawn_part(part.path, part.name, part.summary) for part in inside],
            )
            for group, inside in results.grouped(sort)
        ],
        **table,
    )


def table_file(site: Site, kind: str, code: str, file: str) -> Any:
    """The tables of a place's page as Excel or CSV."""
    place = find(PlaceKind(kind), code)
    moment = asked_moment(place.province_codes)
    told = frame(site, place, moment)
    by = said("หน้าสำหรับประชาชน") if site.public else actor().name
    about = workbooks.About(place, moment.year, moment.round, told["period"].dimensions, told["now"], by)
    if place.kind is PlaceKind.ORGANISATION:
        summary = lao_summary(place.id, place.one_province, moment.year, moment.round)
        tables = workbooks.lao_tables(about, summary)
    else:
        results = queries.results(place, moment.year, moment.round)
        tables = workbooks.place_tables(about, results, TableFilter.of(request.args))
    return attachment(about.name, file, file_content(file, *tables))


class LaoGroup(NamedTuple):
    """LAOs under one heading of a table; `open`: their rows are in sight on a telephone, too."""

    label: str
    rows: list[Any]
    counts: Counts
    open: bool


def lao_table(site: Site, rows: list[ProvinceTableRow], path: str, moment: ReportingRound) -> dict[str, Any]:
    """What a table of LAOs needs, with the filter of the address."""
    own, rows = own_code(site), as_spelled(rows)
    asked = TableFilter.of(request.args)
    shown = [row for row in rows if asked.fits(row)]
    answered, few = queries.said_nothing_of(shown, moment.year, moment.round), len(shown) <= MOST_OPEN
    groups = [
        LaoGroup(
            label,
            drawn_rows(group, own, said=answered),
            sum((row.counts for row in group), Counts()),
            few or any(row.code == own for row in group),
        )
        for label, group in in_table_order(shown, asked.by)
    ]
    return {
        "asked": asked,
        "groupings": Grouping,
        "tens": {str(ten): ten_words(ten) for ten in reversed(TENS)},
        "own": next((row.code for row in shown if row.code == own), ""),
        "table_path": path,
        "table_query": query_of({"year": moment.year, "round": int(moment.round), **asked.values}),
        "groups": groups,
        "columns": SCREEN,
        "shown": len(shown),
        "total": len(rows),
        "table_districts": sorted({(row.district_sort, row.district_code or "", row.district) for row in rows}),
        "types": [each for each in OrganisationType if any(row.type is each for row in rows)],
    }


def own_code(site: Site) -> str:
    """The code of the LAO that is looking: it finds itself among many. What citizens see is the same for everybody."""
    return "" if site.public else actor().organisation_code


def open_row(site: Site, code: str) -> Any:
    """One row of a table with the LAO's counts and projects under it; `view=row`: closed again."""
    place = find(PlaceKind.ORGANISATION, code)
    moment = asked_moment(place.province_codes)
    told = frame(site, place, moment)
    if not wants_fragment():
        return redirect(f"{told['path']}?{moment.query}")
    row = queries.row_of(place, moment.year, moment.round)
    answered = queries.said_nothing_of([row], moment.year, moment.round)
    drawn = drawn_rows(as_spelled([row]), own_code(site), number(request.args.get("n", ""), 1), answered)
    if request.args.get("view") == "row":
        return answer("citizens/results/_rows.html", "citizens/results/_rows.html", **told, rows=drawn)
    asked = FigureRequest(place, moment.year, moment.round, Figure.TOTAL)
    return answer(
        "citizens/results/_open.html",
        "citizens/results/_open.html",
        **told,
        columns=SCREEN,
        row=drawn[0],
        summary=lao_summary(place.id, place.one_province, moment.year, moment.round),
        listed=listed(asked, Side.COUNTED, 1),
        left_out=listed(asked, Side.LEFT_OUT, 1).total,
    )


def compare(site: Site, kind: str, code: str) -> Response:
    """Years and rounds of a plan period side by side."""
    place = find(PlaceKind(kind), code)
    told = frame(site, place, asked_moment(place.province_codes))
    compared = queries.compared(place, told["period"].years)
    told |= {"compared": compared, "plots": years_told(compared)}
    return answer("citizens/results/compare.html", "citizens/results/_compare.html", **told)


def figure_page(site: Site, kind: str, code: str, figure: str) -> Response:
    """What stands behind one number: its formula, and the projects on each side of it."""
    if figure not in set(Figure):
        abort(404)
    place, which = find(PlaceKind(kind), code), Figure(figure)
    moment = asked_moment(place.province_codes)
    told = frame(site, place, moment)
    dimension = number(request.args.get("dimension", ""), 0)
    if dimension and dimension not in told["period"].dimensions:
        raise NotTheirs
    side = next((each for each in Side if each == request.args.get("side")), Side.COUNTED)
    page = max(1, number(request.args.get("page", ""), 1, PAGES))
    counts, money = sums_of(queries.summed(place, moment.year, moment.round), dimension)
    asked = FigureRequest(place, moment.year, moment.round, which, dimension)
    sides = {each: listed(asked, each, page if each is side else 1) for each in Side}
    return answer(
        "citizens/results/figure.html",
        "citizens/results/_figure.html",
        **told,
        figure=which,
        definition=DEFINITIONS[which],
        dimension=dimension,
        calculation=calculation(which, counts, money),
        side=side,
        sides=sides,
        pager=sides[side].pager,
    )


def project(site: Site, id_: int) -> Response:
    """One project: what was planned, reported and decided, and every change of it; or what stays of a deleted one."""
    try:
        told = public_project(id_)
    except NotTheirs:
        return _tombstone_page(site, tombstone(id_))
    place = find(PlaceKind.ORGANISATION, told.lao_code)
    page, known = "citizens/results/project.html", frame(site, place, asked_moment(place.province_codes))
    own = next(period for period in known["periods"] if period.id == told.plan_period_id)  # names change with periods
    return answer(
        page, page, **known, project=told, dimensions=own.dimensions, sub_heading=own.sub_heading(told.sub_heading)
    )


def _tombstone_page(site: Site, told: Tombstone) -> Response:
    place = find(PlaceKind.ORGANISATION, told.lao_code)
    page, known = "citizens/results/tombstone.html", frame(site, place, asked_moment(place.province_codes))
    return answer(page, page, **known, project=told)


def deleted_projects(site: Site, code: str) -> Response:
    """The names of the LAO's deleted projects, with when, by which role and why."""
    place = find(PlaceKind.ORGANISATION, code)
    total = tombstone_count(place.id)
    pager = pager_at(number(request.args.get("page", ""), 1, PAGES), total, SHORT_PAGE)
    page, known = "citizens/results/deleted.html", frame(site, place, asked_moment(place.province_codes))
    return answer(page, page, **known, rows=tombstones(place.id, pager.page), pager=pager)
