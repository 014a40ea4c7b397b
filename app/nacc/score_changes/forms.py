"""The shape of an answer to a proposed change."""

from app.fields import Form, Version


class ChangeForm(Form):
    """An answer to the proposed change that the page showed."""

    version = Version()
