"""Plots on the pages of places, and each as a file to take away."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import current_app, render_template
from werkzeug.wrappers import Response

from app import clock, language
from app.citizens.places.queries import find
from app.citizens.places.rules import Place
from app.citizens.plots import rules, years
from app.citizens.plots.drawing import PlotSheet, in_light, sheet
from app.citizens.plots.rules import Key, Plot
from app.citizens.public.rules import shade
from app.citizens.results import queries
from app.citizens.results.sites import Site, asked_moment, frame
from app.errors import NotTheirs
from app.lao.reporting.rules import PlaceSummary, ReportingRound, RoundSummary, Summed
from app.models.enums import PlaceKind
from app.web import attachment

ROWS_HIGH = 28
MAP_WIDE = 560
SHEETS = ("style.css", "plots.css")


def plots_told(place: Place, summary: Summed, parts: Sequence[Any] = ()) -> dict[str, Any]:
    """What the plots of a place's page show; those of years and rounds are another page."""
    told: dict[str, Any] = {"said_of_statuses": rules.said_of_statuses(summary.counts), "kinds": Plot}
    if isinstance(summary, PlaceSummary):
        told |= {"levels": rules.level_bars(summary), "spread": rules.spread_bars(summary)}
        told |= {"said_of_spread": rules.said_of_spread(summary)}
    if Plot.MAP in rules.plots_of(place.kind):
        told |= {"map_keys": _map_keys(summary, parts), "said_of_map": rules.said_of_map(list(parts))}
    return {"plots": told}


def years_told(compared: Mapping[Any, Summed]) -> dict[str, Any]:
    return {
        "kinds": Plot,
        "years": years.years_plot(compared),
        "keys": years.year_keys(),
        "said_of_years": years.said_of_years(compared),
        "thresholds": years.threshold_lines(),
    }


def _map_keys(summary: Any, parts: Sequence[Any]) -> list[Key]:
    numbers = Counter(shade(part.summary.counts, summary.round) for part in parts)
    return rules.shade_keys(summary.round, numbers)


def plot_picture(site: Site, kind: str, code: str, plot: str) -> Response:
    """A plot of a place as SVG, with its title, its numbers and its source."""
    place = find(PlaceKind(kind), code)
    moment = asked_moment(place.province_codes)
    return _file(place, Plot(plot), moment, frame(site, place, moment))


def _file(place: Place, plot: Plot, moment: ReportingRound, told: Mapping[str, Any]) -> Response:
    """The plot with its words and its source; whoever gets it needs no page around it."""
    if plot not in rules.plots_of(place.kind):
        raise NotTheirs
    said, drawn, keys, room = _drawn(place, plot, moment, told)
    wide = MAP_WIDE if plot is Plot.MAP else 800
    texts = [
        ("title", f"{plot.label} · {place.whole_name}"),
        *([("said", said)] if plot is not Plot.YEARS else []),  # that is all its numbers, which stand at the marks
        ("sub", rules.subtitle(plot, moment, told["period"].label)),
    ]
    address = f"{current_app.config['PUBLIC_URL']}{language.localised('/public')}{place.path}?{moment.query}"
    told_at = {"date": clock.thai_date(told["now"]), "time": clock.thai_time(told["now"])}
    source = [
        language.said("ที่มา: e-PlanNACC สำนักงาน ป.ป.ช. ข้อมูล ณ วันที่ {date} เวลา {time}", **told_at),
        f"{address} · CC BY 4.0",
    ]
    if plot is Plot.MAP:
        source.append(language.said("แผนที่: @svg-maps/thailand 2.0.0 (CC BY 4.0)"))
    placed: PlotSheet = sheet(texts, room, keys, source, wide=wide)
    text = render_template(
        "citizens/plots/file.svg", plot_=plot, sheet=placed, said=said, style=_style(), **drawn, **told
    )
    return attachment(f"{plot.label} {place.name} {moment.year} {moment.round.label}", "svg", text.encode())


def _drawn(
    place: Place, plot: Plot, moment: ReportingRound, told: Mapping[str, Any]
) -> tuple[str, dict[str, Any], list[Key], int]:
    """What it says, what is drawn, its legend and how high it is."""
    if plot is Plot.YEARS:
        compared = queries.compared(place, told["period"].years)
        plots = years_told(compared)
        return plots["said_of_years"], {"plots": plots}, plots["keys"], 310
    if place.kind is PlaceKind.ORGANISATION:
        summary = queries.summed(place, moment.year, moment.round)
        assert isinstance(summary, RoundSummary)
        said = language.said(
            "{sentence} ระดับ{level}", sentence=rules.said_of_statuses(summary.counts), level=summary.level.label
        )
        return said, {"summary": summary}, rules.status_keys(summary.counts), 118
    results = queries.results(place, moment.year, moment.round)
    whole = results.whole
    drawn = {"summary": whole, "results": results, **plots_told(place, whole, results.parts)}
    match plot:
        case Plot.STATUSES:
            return rules.said_of_statuses(whole.counts), drawn, rules.status_keys(whole.counts), 76
        case Plot.LEVELS:
            drawn["groups"] = drawn["plots"]["levels"]
            return rules.said_of_levels(whole), drawn, [], _rows_high(drawn["groups"])
        case Plot.SPREAD:
            drawn["groups"] = drawn["plots"]["spread"]
            return drawn["plots"]["said_of_spread"], drawn, [], _rows_high(drawn["groups"])
        case _:
            return drawn["plots"]["said_of_map"], drawn, drawn["plots"]["map_keys"], 900


def _rows_high(groups: list[rules.BarGroup]) -> int:
    return ROWS_HIGH * sum(len(group.bars) + bool(group.words) for group in groups)


def _style() -> str:
    folder = Path(str(current_app.static_folder))
    return in_light(*((folder / name).read_text(encoding="utf-8") for name in SHEETS))
