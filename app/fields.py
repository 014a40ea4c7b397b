"""Form fields that take what Thai offices type: Thai digits, commas, pasted text with invisible characters.

Each keeps what was typed when it is refused, and refuses with a Thai sentence that says what to type.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import blake2s
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, PasswordField, StringField, TextAreaField
from wtforms.validators import StopValidation

from app.amounts import BAHT, MAX_BAHT, Wanted, read_amount
from app.clock import FIRST_YEAR, LAST_YEAR, thai_date, thai_time
from app.conflicts import Differences, seal
from app.errors import Refusal
from app.words import arabic_digits, clean_line, clean_text

TYPE_AGAIN = "พิมพ์รหัสผ่านอีกครั้ง ระบบไม่แสดงรหัสผ่านที่พิมพ์ไว้ซ้ำ"


class Form(FlaskForm):
    """A form whose first errors can come from its fields or from a rule."""

    form_errors: list[str]
    questions: Mapping[str, str] = {}
    # Labels of fields that are made for a year, a dimension or a place, by the beginning of their names.
    made_later: ClassVar[Mapping[str, str]] = {}

    class Meta:
        csrf = False  # CSRFProtect asks for the token before any view; asking again would sign another one
        locales = False  # every sentence is our own, in Thai: no translations to look up

    @classmethod
    def later_label(cls, name: str) -> str:
        """The label of a field that is made later: budget_2561 is told as the budget of that year."""
        for start, label in cls.made_later.items():
            if name == start or (start.endswith("_") and name.startswith(start)):
                return label + name.removeprefix(start)
        return ""

    def refuse(self, refusal: Refusal) -> None:
        """Show a rule's refusal beside its field, or above the form where it has none."""
        field = self._fields.get(refusal.field)
        target = self.form_errors if field is None else field.errors
        if field is None:
            self.form_errors = [*target, refusal.message]
        else:
            field.errors = [*target, refusal.message]

    @property
    def amounts(self) -> str:
        """Every amount as it was read, with its name: what a form says when it is saved."""
        numbers = (field for field in self if isinstance(field, Number) and field.data is not None)
        return ", ".join(
            f"{each.label.text} {in_words(each, each.data)} {each.wanted.unit}".strip() for each in numbers
        )

    def ask(self, questions: Mapping[str, str]) -> bool:
        """Ask once about what is unusual, by field name, and tell whether the answer is still to come.

        Sent again with the same values in those fields, the form is saved: its field `sure` carries what was asked.
        """
        told = " ".join(f"{name}={self[name].data}" for name in sorted(questions))
        about = blake2s(told.encode(), digest_size=8).hexdigest()  # a text of several lines may be among them
        self.questions = {} if self["sure"].data == about else questions
        self["sure"].data = about
        return bool(self.questions)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(id of the field or "", sentence) of everything that keeps the form from being saved."""
        found = [("", message) for message in self.form_errors]
        again = bool(found) or any(field.errors for field in self.on_screen())
        for field in self.on_screen():
            found += [(field.id, message) for message in field.errors]
            if again and isinstance(field, Secret) and field.again:  # never sent back: it must be typed once more
                found.append((field.id, field.again))
        return found

    @property
    def forgets(self) -> bool:
        """Whether a password was typed: it is not shown again."""
        return any(isinstance(field, Secret) and field.data for field in self)

    def on_screen(self) -> Iterable[Field]:
        """The fields in the order they are seen in, which is the order their errors are listed in."""
        return self

    def ask_only(self, field: Field, asked: bool, missing: str = "") -> None:
        """The one rule for a field behind a tick: without the tick what stands in it does not matter.

        `missing` is the sentence for an empty one, where it must not be.
        """
        if not asked:
            field.errors = []
        elif missing and field.data in (None, "") and not field.errors:
            field.errors = [missing]

    def differences(self, theirs: Mapping[str, Any]) -> Differences:
        """(label, as it stands, as typed) of each field that says something else than `theirs`, by field name."""
        return [
            (field.label.text, in_words(field, value), in_words(field, field.data))
            for name, value in theirs.items()
            if (field := self._fields[name]).data != value
        ]


def in_words(field: Field, value: Any) -> str:
    """`value` as `field` shows it."""
    if isinstance(field, OneOf | ManyOf):
        values = value if isinstance(value, list) else [value]
        return ", ".join(label for choice, label in field.choices if choice in values) or "–"
    if isinstance(value, datetime):
        return f"{thai_date(value)} {thai_time(value)}"
    if isinstance(value, bool):
        return "ใช่" if value else "ไม่ใช่"
    if isinstance(field, Number) and value is not None:
        return f"{value:,.{field.wanted.places}f}"
    return str(value or "–")


class TextLine(StringField):
    """One line of cleaned text."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = clean_line(valuelist[0]) if valuelist else ""


class TextBlock(TextAreaField):
    """Cleaned text of several lines."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = clean_text(valuelist[0]) if valuelist else ""


class Digits(StringField):
    """A code: digits only, Thai ones too."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = arabic_digits(clean_line(valuelist[0])) if valuelist else ""


class Secret(PasswordField):
    """A password, exactly as typed: nothing is cleaned away."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = valuelist[0] if valuelist else ""

    @property
    def again(self) -> str:
        """The sentence beside a box that is empty only because what was typed is not sent back; "" elsewhere."""
        return TYPE_AGAIN if self.raw_data and self.data and not self.errors else ""


class Version(IntegerField):
    """The version of the row a form was opened with; what is no number is no version, and so a stale one."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        self.data = int(typed) if typed.isdecimal() and len(typed) < 10 else 0


class OpenedForm(Form):
    """A form opened on a row that is there: it knows the row's version, and what it showed of each field."""

    version = Version()
    seen = HiddenField()

    def open(self, fields: Mapping[str, Any], version: int) -> None:
        """Note what the form shows from now on."""
        self.seen.data, self.version.data = seal(fields), version

    def show(self, facts: Any) -> None:
        """Fill the fields with what is kept."""
        raise NotImplementedError

    def show_instead(self, facts: Any, opened_on: Mapping[str, Any], version: int) -> None:
        """Show `facts`, in a form that now stands on another row; what says the same already stays as it was typed."""
        before = {field.name: field.data for field in self}
        self.show(facts)
        for field in self:
            if field.data != before[field.name]:
                field.raw_data = None
        self.open(opened_on, version)

    def parts(self, name: str) -> tuple[str, ...]:
        """The fields in which one of those stands that a conflict is told by."""
        return (name,)

    def take(self, chosen: Collection[str], theirs: Any) -> None:
        """Put the fields of `chosen` back to what `theirs` says, whatever was typed there; before it is validated."""
        shown = type(self)(formdata=None)
        shown.show(theirs)
        for name in (part for each in chosen for part in self.parts(each) if part in shown.kept_fields()):
            field = self[name]
            field.data, field.raw_data, field.process_errors = shown[name].data, None, []

    def kept_fields(self) -> set[str]:
        return {field.name for field in self} - {"version", "seen"}

    @property
    def sealed(self) -> str:
        return self.seen.data or ""


class Number(StringField):
    """An amount from 0 to `maximum`, read by app/amounts.py; `data` is a Decimal, or None where there is none.

    `unit`: stands beside the box. `without`: what was typed says that there is none ("-", "ไม่มี").
    """

    without = False

    def __init__(
        self,
        label: str,
        *,
        places: int = 0,
        maximum: Decimal = MAX_BAHT,
        unit: str = "",
        example: str = "1,250",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.wanted = Wanted(label.strip(), places, maximum, unit, example)

    def _value(self) -> str:
        if self.raw_data:
            return clean_line(str(self.raw_data[0]))
        return "" if self.data is None else f"{self.data:,.{self.wanted.places}f}"

    @property
    def read(self) -> str:
        """What the text in the box was read as, where that is not how it stands there: it is shown beside it."""
        if not self.raw_data or self.errors or (self.data is None and not self.without):
            return ""
        as_read = "ไม่ใช้งบประมาณ" if self.data is None else f"{self.data:,.{self.wanted.places}f} {self.wanted.unit}"
        return "" if as_read.split(maxsplit=1)[0] == self._value() else as_read.strip()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        self.data: Decimal | None = None
        self.data = read_amount(typed, self.wanted)
        self.without = self.data is None and bool(clean_line(typed))


class MoneyField(Number):
    """Baht with satang."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, places=2, unit=BAHT, example="150,000", **kwargs)


class Year(Number):
    """A year of the Buddhist era from `least` to `most`: shown as it is typed, without groups and without a reading."""

    read = ""

    def __init__(self, label: str, *, least: Decimal, most: Decimal, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.wanted = Wanted(label.strip(), 0, most, unit="", example="2566", least=least)

    def _value(self) -> str:
        return super()._value() if self.raw_data or self.data is None else str(int(self.data))


def fiscal_year_field(label: str, missing: str) -> Year:
    """A fiscal year that must be typed."""
    return Year(label, least=Decimal(FIRST_YEAR), most=Decimal(LAST_YEAR), validators=[Required(missing)])


class Required:
    """Refuses an empty field with a sentence of its own."""

    field_flags: ClassVar[dict[str, bool]] = {}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data is None or field.data in ("", [], ()):
            # A sentence about what was typed ("not a number") says more than "missing".
            raise StopValidation() if field.errors else StopValidation(self.message)


class AtMost:
    """Refuses text longer than `length` characters, telling how long it is."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data and len(field.data) > self.length:
            raise StopValidation(f"{field.label.text}ยาว {len(field.data):,} ตัวอักษร ย่อให้ไม่เกิน {self.length:,} ตัวอักษร")


Choices = Sequence[tuple[Any, str]]


class OneOf(Field):
    """One of `choices`, (value, label) each; anything else counts as nothing and is refused with `missing`, if any."""

    data: Any

    def __init__(self, label: str, *, choices: Choices, missing: str = "", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.choices = choices
        self.missing = missing

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        sent = valuelist[0] if valuelist else None
        self.data = next((value for value, _label in self.choices if str(value) == sent), None)

    def pre_validate(self, form: Any) -> None:
        if self.data is None and self.missing:
            raise StopValidation(self.missing)


class ManyOf(Field):
    """Any number of the choices; `missing` is the sentence for none, where one is needed."""

    def __init__(self, label: str, *, choices: Choices, missing: str = "", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.choices = choices
        self.missing = missing
        self.unknown = False

    def process_data(self, value: Any) -> None:
        self.data = list(value or [])

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        sent = set(valuelist)
        self.data = [value for value, _label in self.choices if str(value) in sent]
        self.unknown = bool(sent - {str(value) for value in self.data})

    def pre_validate(self, form: Any) -> None:
        if self.unknown:
            raise StopValidation("มีตัวเลือกที่ไม่มีในหน้านี้ ตรวจตัวเลือกที่เหลือ แล้วบันทึกอีกครั้ง")
        if self.missing and not self.data:
            raise StopValidation(self.missing)
