"""The one button that sends a round, and what stood above it."""

from wtforms import HiddenField

from app.fields import AtMost, Form, TextLine
from app.lao.sending.rules import MOST_REASON


class SendForm(Form):
    shown = HiddenField()
    reason = TextLine("เหตุผลที่ไม่มีโครงการต้องรายงาน", validators=[AtMost(MOST_REASON)])
