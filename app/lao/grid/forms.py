"""A row of the grid is read by the report form itself: this only says what each box is called there."""

from collections.abc import Iterable, Mapping

from werkzeug.datastructures import MultiDict

from app.lao.grid.rules import BOXES, TEXTS, Boxes, cannot_said
from app.lao.reporting.forms import ReportForm
from app.words import clean_line

# The box that shows each field of the form.
BOX_OF = {
    "status": "status",
    "cannot_reason": "reason",
    "cannot_text": "reason",
    "in_ordinance": "in_ordinance",
    "ordinance_budget": "budget",
    "spent": "spent",
    **{name: name for name in TEXTS},
}


def row_form(boxes: Boxes, sure: str = "") -> ReportForm:
    """The report form, as if its page had been filled with what stands in the boxes of a row."""
    reason, text = cannot_said(clean_line(boxes["reason"]))
    fields = {name: boxes[box] for name, box in BOX_OF.items() if boxes[box]}
    fields |= {"cannot_reason": reason.value if reason else "", "cannot_text": text or "", "sure": sure}
    return ReportForm(formdata=MultiDict(fields))


def sentences(form: ReportForm) -> dict[str, str]:
    """What is wrong with each box, "" for the row as a whole: the first sentence of each."""
    found = {"": form.form_errors[0]} if form.form_errors else {}
    for name, box in BOX_OF.items():
        if (errors := form[name].errors) and box not in found:
            found[box] = errors[0]
    return found


def questions(form: ReportForm) -> dict[str, str]:
    return {BOX_OF[name]: f"{form[name].label.text} {sentence}" for name, sentence in form.questions.items()}


def saved_values(names: Iterable[str], boxes: Boxes) -> dict[str, str]:
    """What stands saved of each of these fields, with its name: in one row several may differ."""
    form = ReportForm(formdata=None)
    return {BOX_OF[name]: f"{form[name].label.text}ที่บันทึกไว้ล่าสุด: {boxes[BOX_OF[name]] or '–'}" for name in names}


def sent_boxes(sent: Mapping[str, str]) -> dict[str, str]:
    """Those boxes of a row that a request brings."""
    return {box: sent[box] for box in BOXES if box in sent}


def sent_rows(sent: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """The boxes of every row of a page that was sent as one form, by project; a box not ticked is not sent."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in sent.items():
        box, _dash, project = name.partition("-")
        if box in BOXES and project.isdecimal() and len(project) < 10:
            rows.setdefault(int(project), dict.fromkeys(BOXES, ""))[box] = value
    return rows


def seen_versions(sent: str) -> dict[int, int]:
    """The version each row of a page was drawn with: `123.4 124.1`."""
    pairs = (each.partition(".") for each in sent.split())
    return {int(id_): int(version) for id_, _dot, version in pairs if _is_number(id_) and _is_number(version)}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def status_form(sent: MultiDict[str, str] | None) -> ReportForm:
    """The report form, of which only the status and its reason are asked, for many projects."""
    asked = ("status", "cannot_reason", "cannot_text")
    return ReportForm(formdata=sent and MultiDict({name: sent.get(name, "") for name in asked}))
