"""The two forms of an upload: the file itself, and the confirmation of what was shown."""

from typing import BinaryIO

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField

from app.errors import Refusal
from app.fields import Form


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
