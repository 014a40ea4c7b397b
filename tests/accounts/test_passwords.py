"""What may be a password, and that it is taken exactly as it was typed."""

import re

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, update

from app.accounts.common_passwords import OWN_WORDS, STOLEN, is_common
from app.accounts.passwords import hash_password, matches
from app.accounts.rules import MAXIMUM_LENGTH, MINIMUM_LENGTH, password_problem
from app.db import db, transaction
from app.models import Account
from app.models.enums import Role
from tests.client import Client
from tests.factories import PASSWORD, make_staff
from tests.pages import enter

EASY = "เดาง่ายเกินไป"


@pytest.mark.parametrize(
    "password",
    [
        *("password1", "QWERTY123", "iloveyou", "1q2w3e4r", "P@ssw0rd", "welcome1", "Passw0rd", "trustno1"),
        *(
            "nacc2569",
            "NACC-2569",
            "!!admin1234",
            "ปปช๒๕๖๙๑๒",
            "ป.ป.ช.2569",
            "ผู้ดูแลระบบ1",
            "เทศบาล2569",
            "songkhla",
            "รหัสผ่าน123",
        ),
        *("ฟหกดเ้่าสวง", "ๆไำพะัีรน", "lkjhgfdsa", "abcdefgh", "66508070", "6650807!"),
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert EASY in password_problem(password, "6650807")


@pytest.mark.parametrize(
    "password",
    [
        *("มะม่วงสุก3ลูก", "correct horse battery", "ตลาดน้ำเช้านี้", "nacc ตลาดน้ำ", "12 มังคุด 34 ทุเรียน"),
        *(
            "abcabcde",
            "ABCABCDE",
            "99887712",
            "กขคงกขคง",
            " a  b   c ",
            "\U0001f34b\U0001f34c" * 4 + "x",
            "x" * 60 + "yzab",
        ),
    ],
)
def test_no_kind_of_letter_is_asked_for_or_refused(password: str) -> None:
    assert password_problem(password, "6650807") == ""


def test_how_long_one_may_be() -> None:
    assert (MINIMUM_LENGTH, MAXIMUM_LENGTH) == (8, 200)
    assert f"อย่างน้อย {MINIMUM_LENGTH}" in password_problem("ab3defg", "")
    assert password_problem("ab3defgh", "") == password_problem("ab3d" * 50, "") == ""
    assert f"ไม่เกิน {MAXIMUM_LENGTH}" in password_problem("ab3d" * 50 + "x", "")


def test_the_list_has_the_commonest_that_the_rules_would_take_and_each_of_our_own_words() -> None:
    # given
    stolen = [line for line in STOLEN.read_text().splitlines() if not line.startswith("# ")]
    # then
    assert len({word for word in stolen if len(word) >= MINIMUM_LENGTH}) > 3000
    assert all(is_common(word) and is_common(word.upper()) for word in stolen[:100])
    assert all(is_common(f"{word}2569") for word in OWN_WORDS.split())


def test_a_password_is_compared_exactly_as_it_was_typed(app: Flask) -> None:
    # given
    long = "ก" * MAXIMUM_LENGTH
    for password in (" มี ช่องว่าง ", "Ab3defgh", long):
        kept = hash_password(password)
        # then
        assert matches(kept, password)
        for other in (password.strip() + "!", password.swapcase() + "a", f"{password} ", password + "x"):
            assert not matches(kept, other), other
    assert not matches(hash_password(" มี ช่องว่าง "), "มี ช่องว่าง")
    assert not matches(hash_password("Ab3defgh"), "ab3defgh")
    assert not matches(None, "nobody has this password")


def test_a_hash_is_argon2id_with_a_salt_of_its_own(app: Flask) -> None:
    one, other = hash_password("Ab3defgh"), hash_password("Ab3defgh")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other


def test_boxes_for_passwords_hide_them_and_let_a_password_manager_fill_them(app: Flask, client: Client) -> None:
    pages = [client.get("/login").text]
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    pages.append(client.get("/nacc/account").text)
    boxes = [tag for page in pages for tag in re.findall(r"<input[^>]*>", page) if "password" in tag]
    assert len(boxes) == 3
    for tag in boxes:
        assert 'type="password"' in tag
        assert re.search(r'autocomplete="(current|new)-password"', tag), tag
        assert "maxlength" not in tag


def test_a_hash_of_an_earlier_cost_is_made_anew_at_the_next_sign_in(app: Flask, client: Client) -> None:
    # given
    staff = make_staff("somsri", Role.OFFICER, "65")
    cheap = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)

    def kept_hash() -> str:
        db.session.rollback()
        return db.session.scalars(select(Account.password_hash).where(Account.id == staff.id)).one() or ""

    with transaction():
        db.session.execute(update(Account).where(Account.id == staff.id).values(password_hash=cheap))
    # when somebody guesses, then
    assert Client(app).sign_in("somsri", "wrong").request.path == "/login"
    assert kept_hash() == cheap
    # when
    assert client.send("/login", {"username": "somsri", "password": PASSWORD}).location == "/nacc"
    # then
    renewed = kept_hash()
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert matches(renewed, PASSWORD)
    assert client.get("/nacc").status_code == 200
    Client(app).sign_in("somsri", PASSWORD)
    assert kept_hash() == renewed
