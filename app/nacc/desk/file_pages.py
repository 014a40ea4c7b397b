"""A file or a pasted table that changes many rows: read, shown as a dry run, and confirmed by whoever was shown it.

What the dry run found goes along in the page, sealed; nothing is written before it is confirmed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from flask import flash, redirect, render_template
from werkzeug.wrappers import Response

from app.access import Actor, actor
from app.errors import Refusal, Stale
from app.nacc.desk.pages import plan_year
from app.nacc.desk.queries import laos_by_code, laos_by_id
from app.nacc.desk.rules import DeskFilter
from app.spreadsheets.csv_files import tab_text
from app.spreadsheets.tables import Table
from app.uploads.cells import Problems, Sheet
from app.uploads.forms import PastableForm
from app.uploads.pasted import read_pasted_sheet
from app.uploads.reader import NotAWorkbook, read_sheet
from app.uploads.rules import CHANGED_MEANWHILE, WHEN_MADE, LineKey, Preview, UploadLao, most_common
from app.uploads.seals import seal, unseal

Page = str | tuple[str, int]


class KeyedLine(Protocol):
    """A line of a file."""

    @property
    def key(self) -> LineKey: ...


class ShownLine(Protocol):
    """A line that a dry run showed, as it comes back out of the page."""

    @property
    def organisation_id(self) -> int: ...


Filter = TypeVar("Filter", bound=DeskFilter)
FileForm = TypeVar("FileForm", bound=PastableForm)
Read = TypeVar("Read", bound=KeyedLine)
Shown = TypeVar("Shown", bound=ShownLine)


@dataclass(frozen=True)
class FileDesk(Generic[FileForm, Filter, Read, Shown]):
    """What is a desk's own of its file: where it stands, how it is read, compared and saved.

    `save`, in a transaction of its own, gives what to say and the year of each line that was written; it may raise
    Stale and Refusal.
    `table`: what goes out, to be sent or pasted back.
    """

    address: str
    template: str
    sealed_as: str
    form: type[FileForm]
    asked: Callable[[], Filter]
    heading: Callable[[], Sequence[str]]
    read: Callable[[Sheet, Mapping[str, UploadLao]], tuple[list[Read], Problems]]
    preview: Callable[[list[Read]], Preview]
    unsealed: Callable[[list[Any]], Shown]
    again: Callable[[Shown, UploadLao], Read]
    save: Callable[[list[Shown], FileForm], tuple[str, list[int]]]
    table: Callable[[Actor, Filter], Table[Any]]
    optional: tuple[str, ...] = (WHEN_MADE,)

    def page(self, form: FileForm, problems: Problems | None = None, preview: Preview | None = None) -> str:
        told = problems or Problems()
        return render_template(
            self.template,
            form=form,
            asked=self.asked(),
            heading=self.heading(),
            problems=told.first,
            problem_total=told.total,
            preview=preview,
            block=self.block(),
        )

    def block(self) -> str:
        """The table as it is copied into Excel and pasted back; "" while the filter shows more than one province."""
        asked = self.asked()
        return tab_text(self.table(actor(), asked)) if asked.province else ""

    def _sheet(self, form: FileForm) -> Sheet:
        """Raises Refusal, which stands beside what was sent."""
        pasted = form.pasted_table()
        if not pasted:
            return read_sheet(form.sent(), self.heading(), *self.optional)
        order = [*self.heading(), *(head for head in self.optional if head != WHEN_MADE)]
        try:
            return read_pasted_sheet(pasted, self.heading(), *self.optional, order=order)
        except NotAWorkbook as refusal:
            raise Refusal(refusal.message, "pasted") from refusal

    def check(self) -> Page:
        """The dry run: what the file would change, or every problem with its cell. Nothing is written."""
        form = self.form()
        try:
            sheet = self._sheet(form)
        except Refusal as refusal:
            form.refuse(refusal)
            return self.page(form), 422
        lines, problems = self.read(sheet, laos_by_code(actor(), sheet.codes))
        return (self.page(form, problems), 422) if problems else self._dry_run(form, lines, sheet.notes)

    def _dry_run(self, form: FileForm, lines: list[Read], notes: Sequence[str] = ()) -> str:
        found = self.preview(lines)
        found.notes = notes
        form.sealed.data = seal(self.sealed_as, actor(), found.sealed)
        return self.page(form, preview=found)

    def confirm(self) -> Response | Page:
        """Save what was shown, and go to the year it was about; whatever was changed since is shown again."""
        form = self.form()
        try:
            shown = [self.unsealed(plain) for plain in unseal(self.sealed_as, actor(), form.sealed.data)]
        except Refusal as refusal:
            form.refuse(refusal)
            return self.page(form), 422
        if not form.validate():
            return self._dry_run(form, self._again(shown)), 422
        try:
            words, years = self.save(shown, form)
        except Stale:
            form.form_errors = [CHANGED_MEANWHILE]
            return self._dry_run(form, self._again(shown)), 422
        except Refusal as refusal:
            form.refuse(refusal)
            return self._dry_run(form, self._again(shown)), 422
        flash(words, "ok")
        year = most_common(years) or plan_year()
        return redirect(f"{self.address}?{self.asked().query(year=year, status='', q='', page=1)}", 303)

    def _again(self, shown: list[Shown]) -> list[Read]:
        laos = laos_by_id(actor(), [line.organisation_id for line in shown])
        return [self.again(line, laos[line.organisation_id]) for line in shown if line.organisation_id in laos]
