"""Shapes of the proposal page."""

from decimal import Decimal

from app.fields import Form, Number, Required, Version


class ProposedNumbersForm(Form):
    """A confirmation: the numbers that were said before."""

    passing = Version()
    failing = Version()


class MinimumForm(Form):
    minimum = Number(
        "คะแนนขั้นต่ำ",
        places=2,
        maximum=Decimal("9999.99"),
        unit="คะแนน",
        example="60",
        validators=[Required("กรอกคะแนนขั้นต่ำ")],
    )
    version = Version()
