"""Shapes of the sign-in forms."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms.validators import StopValidation

from app.accounts.rules import PasswordFor, password_problem
from app.fields import AtMost, Digits, Form, Required, Secret, TextLine

EMAIL_SENTENCE = "อีเมลต้องมีเครื่องหมาย @ เช่น saraban@example.go.th"
LETTERS_SENTENCE = "อีเมลใช้ได้เฉพาะตัวอักษรอังกฤษ ตัวเลข และเครื่องหมาย เช่น saraban@example.go.th"


class Email:
    """Refuses what cannot be an e-mail address; whether the mailbox exists only a mail can tell.

    So it does other letters than English ones: not every mail server can be told of them.
    """

    def __call__(self, _form: object, field: TextLine) -> None:
        if not (field.data or "").isascii():
            raise StopValidation(LETTERS_SENTENCE)
        try:
            validate_email(field.data, check_deliverability=False)
        except EmailNotValidError:
            raise StopValidation(EMAIL_SENTENCE) from None


class NewPassword:
    """Refuses what will not do as a password, together with all else that is wrong in the form.

    The form says whom it is for, as `owner`; an empty one is left alone unless `needed`.
    """

    def __init__(self, *, needed: bool = True) -> None:
        self.needed = needed

    def __call__(self, form: Any, field: Secret) -> None:
        if (field.data or self.needed) and (problem := password_problem(field.data or "", form.owner)):
            raise StopValidation(problem)


class LoginForm(Form):
    username = Digits("Username", validators=[Required("กรอกรหัสผู้ใช้งาน 7 หลัก"), AtMost(60)])
    password = Secret("Password")
    activation_code = TextLine("รหัสเปิดใช้งาน")
    next = TextLine()
    resume = TextLine()


class ForgotForm(Form):
    email = TextLine("อีเมล", validators=[Required("กรอกอีเมลที่บันทึกไว้ในข้อมูลพื้นฐาน"), AtMost(254), Email()])


class ResetForm(Form):
    password = Secret("รหัสผ่านใหม่", validators=[NewPassword()])

    def __init__(self, *args: Any, owner: PasswordFor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner


class OwnPasswordForm(ResetForm):
    """A new password of somebody who is signed in, and proves once more who that is."""

    current = Secret("รหัสผ่านปัจจุบัน", validators=[Required("กรอกรหัสผ่านปัจจุบัน")])
    password = Secret("รหัสผ่านใหม่", validators=[NewPassword()])
