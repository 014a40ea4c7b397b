"""The open data: pages for people, and an API for programs. Everybody may read all of it."""

from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from cachetools import TTLCache
from flask import Blueprint, current_app, render_template, request, send_from_directory
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from app import clock
from app.access import public
from app.citizens.figures.tombstones import tombstone
from app.citizens.open_data import answers, archive, counts, forms, queries, workbooks
from app.citizens.open_data import jobs as _jobs  # noqa: F401 - the worker's duty
from app.citizens.open_data.datasets import BY_SLUG, CHANGELOG, DATASETS, VERSION
from app.citizens.open_data.metadata import SOURCES, catalogue_fields
from app.citizens.open_data.openapi import FILES, LICENCE, LICENCE_URL, PREFIX, document
from app.citizens.open_data.rules import IN_THAI, MAX_LIMIT, MOMENT, MOST_IN_A_FILE, Dataset, plain_row
from app.citizens.open_data.snapshots import publication
from app.citizens.public.cache import for_everybody
from app.citizens.results.sites import FOR_CITIZENS
from app.errors import NotTheirs
from app.language import in_thai
from app.lao.reporting.rules import ReportingRound

blueprint = Blueprint("open_data", __name__)
SLUGS = ",".join(f"'{slug}'" for slug in BY_SLUG)
ENDINGS = ",".join(FILES)
PAGE, EXAMPLES_PAGE = "/open-data", "/public/examples"
# Programs that count published figures from the files and know nothing of the application.
DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = {path.name: path for path in (*sorted((DOCS / "examples").iterdir()), DOCS / "open_data_figures.py")}
PROGRAMS = ",".join(f"'{name}'" for name in EXAMPLES)
NEEDED = ("organisations", "plan_years", "project_years", "reports", "closed_rounds")
MOST_KEPT, KEPT_LOCK, MAKING = 60, Lock(), Lock()  # lists of at most 77 places
A_YEAR, AN_HOUR = 31_536_000, 3600
KeptRows = tuple[datetime | None, list[counts.PlacedResult]]  # with when anything had changed last
FILE_TYPES = {"gz": "application/gzip", "xlsx": FILES["xlsx"][0], "json": answers.JSON, "jsonld": "application/ld+json"}


@blueprint.after_request
def open_to_all(response: Response) -> Response:
    """All but the pages for people: who is signed in gets them with the session's token."""
    return response if in_thai(request.path) in (PAGE, EXAMPLES_PAGE) else answers.open_to_all(response)


@blueprint.errorhandler(forms.BadParameter)
def bad_parameter(error: forms.BadParameter) -> Response:
    return answers.problem(400, error.thai, error.english, parameter=error.name)


@blueprint.get(f"{PREFIX}/", strict_slashes=False)
@public
def index() -> Response:
    _no_parameters()
    told = {
        "title": "e-PlanNACC open data",
        "version": VERSION,
        "licence": LICENCE,
        "openapi": f"{PREFIX}/openapi.json",
        "documentation": "/open-data",
        "datasets": [
            {"name": each.name, "title": each.title, "title_en": each.description_en, "url": f"{PREFIX}/{each.slug}"}
            for each in DATASETS.values()
        ],
    }
    return answers.answer(answers.body_of(told), answers.JSON, queries.last_change())


@blueprint.get(f"{PREFIX}/openapi.json")
@public
def openapi() -> Response:
    return answers.answer(answers.body_of(document(current_app.config["PUBLIC_URL"])), answers.JSON)


@blueprint.get(f"{PREFIX}/<any({SLUGS}):dataset>")
@public
def listing(dataset: str) -> Response:
    known = BY_SLUG[dataset]
    changed, page, following = _data_page(known)
    told = {"data": [*map(plain_row(known.fields), page.rows)], "next": following}
    return answers.answer(answers.body_of(told), answers.JSON, changed, _link(following))


@blueprint.get(f"{PREFIX}/<any({SLUGS}):dataset>.<any({ENDINGS}):ending>")
@public
def file(dataset: str, ending: str) -> Response:
    known = BY_SLUG[dataset]
    changed = queries.last_change()  # before the rows: a change in between makes the file younger than it says
    read = _KeptResults(changed)
    rows = _whole(known, forms.asked(known.filters, request.args.to_dict(flat=False)), read)
    if rows is None:
        return _too_long(known)
    changed = read.changed
    body = workbooks.file_of(known, ending, rows, changed)
    mimetype = "text/csv; charset=utf-8; header=present" if ending == "csv" else FILES[ending][0]
    named = {"Content-Disposition": f'attachment; filename="{known.name}.{ending}"'}
    return answers.answer(body, mimetype, changed, named)


def _whole(dataset: Dataset, asked: dict[str, Any], read: "_KeptResults") -> list[queries.DataRow] | None:
    """Every row that fits: a file has no next page that somebody would see. None where there are too many."""
    rows: list[queries.DataRow] = []
    after: tuple[int, ...] | None = ()
    while after is not None:
        page = _rows(dataset, asked, after, MAX_LIMIT, read)
        rows, after = rows + page.rows, page.next
        if len(rows) > MOST_IN_A_FILE:
            return None
    return rows


def _too_long(dataset: Dataset) -> Response:
    """The file of last night instead, where there is one; that page says what else there is."""
    published = archive.days(current_app.config["SNAPSHOT_FOLDER"])
    address = current_app.config["PUBLIC_URL"] + PAGE + (f"/latest/{dataset.name}.csv.gz" if published else "")
    return answers.problem(
        422,
        f"มีมากกว่า {MOST_IN_A_FILE:,} แถว ใส่ตัวกรองให้แคบลง หรือใช้ไฟล์ที่ครบทุกแถวที่ {address}",
        f"More than {MOST_IN_A_FILE:,} rows. Narrow it down, or take the whole table at {address}",
        file=address,
    )


def _data_page(dataset: Dataset) -> tuple[datetime | None, queries.DataPage, str | None]:
    """When anything changed last, the page that is asked for, and the address of the next one."""
    asked = forms.asked(dataset.parameters, request.args.to_dict(flat=False))
    changed = queries.last_change()  # before the rows: a change in between makes the answer younger than it says
    read = _KeptResults(changed)
    page = _rows(dataset, asked, forms.after(asked), forms.limit(asked), read)
    changed = read.changed
    if page.next is None:
        return changed, page, None
    told = request.args.to_dict() | {"after": ".".join(map(str, page.next))}
    return changed, page, f"{request.path}?{urlencode(told)}"


def _rows(
    dataset: Dataset, asked: dict[str, Any], after: tuple[int, ...], limit: int, read: "_KeptResults"
) -> queries.DataPage:
    if dataset.name == "results":
        return counts.results(asked, after, limit, read)
    return queries.page(dataset, asked, after, limit)


class _KeptResults:
    """Reads the whole country, and keeps it for a short while, as the public pages are: programs ask often.

    One thread at a time reads it; whoever asks meanwhile waits for what it found.
    `changed` becomes that of the oldest rows it gave: the answer is no younger than what stands in it.
    """

    def __init__(self, changed: datetime | None) -> None:
        self.changed = changed

    def __call__(self, kind: str, when: ReportingRound) -> list[counts.PlacedResult]:
        kept = _kept_results(kind, when)
        if kept is None:
            with MAKING:
                kept = _kept_results(kind, when) or self._read(kind, when)
        changed, rows = kept
        self.changed = min(self.changed, changed) if self.changed and changed else None
        return rows

    def _read(self, kind: str, when: ReportingRound) -> KeptRows:
        read = self.changed, counts.of_country(kind, when)
        with KEPT_LOCK:
            current_app.extensions["country-results"][kind, when] = read
        return read


def _kept_results(kind: str, when: ReportingRound) -> KeptRows | None:
    cache: TTLCache[Any, KeptRows] = current_app.extensions["country-results"]
    with KEPT_LOCK:
        return cache.get((kind, when))


@blueprint.record_once
def _make_cache(state: BlueprintSetupState) -> None:
    state.app.extensions["country-results"] = TTLCache(MOST_KEPT, state.app.config["RESULTS_SECONDS"])


def _link(following: str | None) -> dict[str, str]:
    return {"Link": f'<{following}>; rel="next"'} if following else {}


@blueprint.get(f"{PREFIX}/organisations/<code>")
@public
def organisation(code: str) -> Response:
    return _one(DATASETS["organisations"], code)


@blueprint.get(f"{PREFIX}/projects/<project_id>")
@public
def project(project_id: str) -> Response:
    """One project; of a deleted one what stays of it in public, which is no row: 410."""
    found = _one(DATASETS["projects"], project_id)
    return _gone(project_id) or found if found.status_code == HTTPStatus.NOT_FOUND else found


def _gone(project_id: str) -> Response | None:
    one = DATASETS["projects"].one
    assert one
    try:
        told = tombstone(forms.value_of(one, project_id))
    except (forms.BadParameter, NotTheirs):
        return None
    at = told.deleted_at.astimezone(UTC).strftime(MOMENT)
    words = ("โครงการนี้ถูกลบแล้ว", "This project was deleted.")
    return answers.problem(410, *words, name=told.name, deleted_at=at, deleted_by=told.by, reason=told.reason)


def _one(dataset: Dataset, typed: str) -> Response:
    """One row. What cannot be a code names no row, so it is a 404."""
    _no_parameters()
    assert dataset.one
    try:
        row = queries.one(dataset, forms.value_of(dataset.one, typed))
    except (forms.BadParameter, NotTheirs):
        return answers.problem(404)
    changed = queries.last_change()
    told: dict[str, Any] = {"data": plain_row(dataset.fields)(row)}
    return answers.answer(answers.body_of(told), answers.JSON, changed)


def _no_parameters() -> None:
    for name in request.args:
        raise forms.BadParameter(name, "ที่อยู่นี้ไม่ใช้พารามิเตอร์", "This address takes no parameters.")


@blueprint.get(PAGE)
@for_everybody
def page() -> str:
    folder: Path = current_app.config["SNAPSHOT_FOLDER"]
    days = archive.days(folder)
    return render_template(
        "citizens/open_data/page.html",
        site=FOR_CITIZENS,
        latest=archive.snapshot(folder, archive.LATEST) if days else None,
        earlier=days[1:],
        datasets=list(DATASETS.values()),
        types=IN_THAI,
        prefix=PREFIX,
        address=current_app.config["PUBLIC_URL"],
        version=VERSION,
        most=MAX_LIMIT,
        most_in_a_file=MOST_IN_A_FILE,
        catalogue=catalogue_fields(publication(clock.now())),
        licence=LICENCE | {"url": LICENCE_URL},
        sources=SOURCES,
        changelog=CHANGELOG,
    )


@blueprint.get(EXAMPLES_PAGE)
@for_everybody
def examples() -> str:
    """How to count three published figures oneself."""
    folder: Path = current_app.config["SNAPSHOT_FOLDER"]
    return render_template(
        "citizens/open_data/examples.html",
        site=FOR_CITIZENS,
        latest=archive.snapshot(folder, archive.LATEST) if archive.days(folder) else None,
        datasets=[DATASETS[name] for name in NEEDED],
        address=current_app.config["PUBLIC_URL"],
        texts={name: path.read_text() for name, path in EXAMPLES.items()},
    )


@blueprint.get(f"{PAGE}/examples/<any({PROGRAMS}):program>")
@public
def example(program: str) -> Response:
    named = {"Content-Disposition": f'attachment; filename="{program}"'}
    return Response(EXAMPLES[program].read_bytes(), headers=named, content_type="text/plain; charset=utf-8")


@blueprint.get(f"{PAGE}/<day>/<name>")
@public
def download(day: str, name: str) -> Response:
    """A file of a snapshot. Those of a day never change, so they can be kept; "latest" is another one tomorrow."""
    found = archive.snapshot(current_app.config["SNAPSHOT_FOLDER"], day)
    digest = archive.checksum(found, name)
    text = name.endswith((".md", archive.SUMS))
    response = send_from_directory(
        found.folder,
        name,
        mimetype="text/plain" if text else FILE_TYPES.get(name.rsplit(".", maxsplit=1)[-1]),
        as_attachment=name.endswith((".gz", ".xlsx")),
        conditional=True,
        etag=digest or True,
        last_modified=found.at,
        max_age=AN_HOUR if day == archive.LATEST else A_YEAR,
    )
    response.cache_control.public = True
    return response
