"""The shape of an internal note."""

from app.fields import AtMost, Form, TextBlock, Version

MAX_NOTE = 2000


class NoteForm(Form):
    """Emptied, it takes the note away."""

    text = TextBlock("บันทึกภายใน", validators=[AtMost(MAX_NOTE)])
    version = Version()
