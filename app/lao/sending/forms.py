"""The one button that sends a round, and what stood above it."""

from wtforms import HiddenField

from app.fields import Form


class SendForm(Form):
    shown = HiddenField()
