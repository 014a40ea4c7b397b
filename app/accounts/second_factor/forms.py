"""Shapes of the forms about a second factor."""

from app.fields import AtMost, Digits, Form, Required, Secret, TextLine

CODE = "รหัส 6 หลัก หรือรหัสสำรอง"


class SecondStepForm(Form):
    """Proves by a code or a passkey. `asked`: the question, sealed; `next` and `resume`: where it leads."""

    second_code = Digits(CODE, validators=[AtMost(60)])
    passkey = TextLine("พาสคีย์")
    asked = TextLine()
    next = TextLine()
    resume = TextLine()


class ConfirmForm(SecondStepForm):
    """As above; or by the password, where there is no second factor."""

    current = Secret("รหัสผ่าน")

    @property
    def proof(self) -> str:
        """All that was typed to prove it."""
        return "\0".join(field.data or "" for field in (self.current, self.second_code, self.passkey))


class AppForm(Form):
    name = TextLine("ชื่อที่ใช้จำ", validators=[AtMost(60)])
    second_code = Digits("รหัส 6 หลักจากแอป", validators=[Required("กรอกรหัส 6 หลักที่แอปแสดงอยู่")])
    offer = TextLine()


class PasskeyForm(Form):
    name = TextLine("ชื่อที่ใช้จำ", validators=[AtMost(60)])
    passkey = TextLine("พาสคีย์")
    asked = TextLine()
