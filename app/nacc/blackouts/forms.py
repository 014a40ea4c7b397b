"""What an administrator says of a text that has to go."""

from app.fields import AtMost, Form, OneOf, Required, TextLine
from app.nacc.blackouts.rules import BlackedText


class BlackOutForm(Form):
    what = OneOf("ช่องที่จะปิด", choices=[(each.value, each.label) for each in BlackedText], missing="เลือกช่องที่มีข้อมูลส่วนบุคคล")
    reason = TextLine("เหตุผล (เผยแพร่ต่อสาธารณะ อย่ากล่าวถึงข้อมูลที่ปิด)", validators=[Required("กรอกเหตุผล"), AtMost(300)])
