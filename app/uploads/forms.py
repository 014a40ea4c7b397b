"""The two forms of an upload: the file itself or a pasted table, and the confirmation of what was shown."""

from collections.abc import Sequence
from typing import BinaryIO

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, TextAreaField

from app.errors import Refusal
from app.fields import AtMost, Form

MOST_PASTED = 2_000_000  # letters


class UploadForm(Form):
    file = FileField("ไฟล์")
    sealed = HiddenField()
    everything = BooleanField()

    def sent(self) -> BinaryIO:
        """What was sent. Raises Refusal where no file was chosen."""
        upload = self.file.data
        if not upload or not upload.filename:
            raise Refusal("เลือกไฟล์ก่อน แล้วกดตรวจไฟล์", "file")
        stream: BinaryIO = upload.stream
        return stream


class PastedTable(TextAreaField):
    """A table as it was pasted: tabs and empty cells stay."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = valuelist[0] if valuelist else ""


class PastableForm(UploadForm):
    """A table can be pasted instead of sent as a file."""

    pasted = PastedTable("วางตาราง", validators=[AtMost(MOST_PASTED)])

    def pasted_table(self) -> str:
        """What was pasted, "" where it is a file. Raises Refusal where it is both."""
        pasted = self.pasted.data or ""
        if not pasted.strip():
            return ""
        if self.file.data and self.file.data.filename:
            raise Refusal("เลือกไฟล์และวางตารางไว้ทั้งสองอย่าง ลบตารางที่วางไว้ หากจะใช้ไฟล์", "pasted")
        return pasted
