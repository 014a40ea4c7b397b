"""The shape of an answer to a deed that somebody proposed."""

from app.fields import AtMost, Form, TextLine


class AnswerForm(Form):
    reason = TextLine("เหตุผลที่ไม่รับ", validators=[AtMost(500)])
