"""Form fields that take what Thai offices type: Thai digits, commas, pasted text with invisible characters.

Each keeps what was typed when it is refused, and refuses with a Thai sentence that says what to type.
"""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, PasswordField, StringField, TextAreaField
from wtforms.validators import StopValidation

from app.errors import Refusal
from app.words import arabic_digits, clean_line, clean_text

MAX_BAHT = Decimal("99999999999.99")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Form(FlaskForm):
    """A form whose first errors can come from its fields or from a rule."""

    form_errors: list[str]

    class Meta:
        csrf = False  # CSRFProtect asks for the token before any view; asking again would sign another one
        locales = False  # every sentence is our own, in Thai: no translations to look up

    def refuse(self, refusal: Refusal) -> None:
        """Show a rule's refusal beside its field, or above the form where it has none."""
        field = self._fields.get(refusal.field)
        target = self.form_errors if field is None else field.errors
        if field is None:
            self.form_errors = [*target, refusal.message]
        else:
            field.errors = [*target, refusal.message]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(id of the field or "", sentence) of everything that keeps the form from being saved."""
        found = [("", message) for message in self.form_errors]
        for field in self:
            found += [(field.id, message) for message in field.errors]
        return found


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


class Version(IntegerField):
    """The version of the row a form was opened with; what is no number is no version, and so a stale one."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        self.data = int(typed) if typed.isdecimal() and len(typed) < 10 else 0


class Number(StringField):
    """A number of at most `places` decimals from 0 to `maximum`; `data` is a Decimal, or None when left empty."""

    example: ClassVar[str] = "1250"

    def __init__(self, label: str, *, places: int = 0, maximum: Decimal = MAX_BAHT, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.places = places
        self.maximum = maximum

    def _value(self) -> str:
        if self.raw_data:
            return clean_line(str(self.raw_data[0]))
        return "" if self.data is None else f"{self.data:,.{self.places}f}"

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = arabic_digits(clean_line(valuelist[0])).replace(",", "").replace(" ", "") if valuelist else ""
        self.data: Decimal | None = None
        if typed:
            self.data = self._parse(typed)

    def _parse(self, typed: str) -> Decimal:
        name = self.label.text
        if len(typed) > 40 or not NUMBER.fullmatch(typed):
            raise ValueError(f"กรอก{name}เป็นตัวเลข เช่น {self.example}")
        try:
            value = Decimal(typed)
        except InvalidOperation:
            raise ValueError(f"กรอก{name}เป็นตัวเลข เช่น {self.example}") from None
        if value < 0:
            raise ValueError(f"{name}ต้องไม่ติดลบ")
        if value > self.maximum:
            raise ValueError(f"{name}มากเกินไป กรอกได้ไม่เกิน {self.maximum:,.{self.places}f}")
        if value != round(value, self.places):
            limit = f"ไม่เกิน {self.places} ตำแหน่ง" if self.places else "ไม่ได้"
            raise ValueError(f"{name}มีทศนิยม{limit}")
        return round(abs(value), self.places)  # 1000, 1000.00 and -0 are written in one way only


class Money(Number):
    """Baht with satang."""

    example = "150000.00"

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, places=2, **kwargs)


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
    """One of `choices`, (value, label) each; anything else counts as nothing and is refused with `missing`."""

    data: Any

    def __init__(self, label: str, *, choices: Choices, missing: str, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.choices = choices
        self.missing = missing

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        sent = valuelist[0] if valuelist else None
        self.data = next((value for value, _label in self.choices if str(value) == sent), None)

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
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
