"""What may be a password, and that it is taken exactly as it was typed."""

import re
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, update
from zxcvbn import matching

from app import clock
from app.access import system
from app.accounts import passwords
from app.accounts.common_passwords import OWN_WORDS, STOLEN, guesses, is_common
from app.accounts.operations import create_staff
from app.accounts.passwords import hash_password, matches
from app.accounts.proof import password_for
from app.accounts.queries import actor_of
from app.accounts.rules import MAXIMUM_LENGTH, SHORTEST, PasswordFor, fingerprint, password_problem, strength
from app.db import db, transaction
from app.errors import Refusal
from app.models import Account, Organisation, PasswordReset
from app.models.enums import Role
from app.nacc.administration.operations import renew_staff
from tests.client import Client
from tests.conftest import AS_SERVED, NOBODY
from tests.factories import PASSWORD, make_account, make_organisation, make_staff, profile_form
from tests.pages import check_refused, enter, kept

EASY = "เดาง่ายเกินไป"
LAO = PasswordFor("6650807", second=True)  # the shorter one may be, the more the other rules have to refuse


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
    assert EASY in password_problem(password, LAO)


@pytest.mark.parametrize(
    "password",
    [
        *("abcabcabc", "12341234", "กขคงกขคง", "abcabcab", "ดินดินดิน", "๑๒๓๑๒๓๑๒๓", "Ab3dAB3D"),
        *("๖๖๕๐๘๐๗!", "665-0807-ก", "66 50 807", "665ก0807", "ข๖๖๕-๐๘๐๗", "(6650807)"),
        *(
            "p@ssw0rd1",
            "p4$$w0rd",
            "P@55word",
            "@dmin2569",
            "adm1n!!!!",
            "n@cc2569",
            "w3lcome1",
            "1 2 3 4 5 6 7 8",
            "a-b-c-d-e-f-g-h",
        ),
        *(
            "25012530",
            "25011987",
            "19870125",
            "25300125",
            "01252530",
            "๒๕๐๑๒๕๓๐",
            "25/01/2530",
            "25-1-2530",
            "5.1.2530",
            "!25012530!",
        ),
        *("2530-01-25", "29022543", "25 01 2530"),
    ],
)
def test_what_only_looks_like_another_one_is_refused(password: str) -> None:
    assert EASY in password_problem(password, LAO)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("องค์การบริหารส่วนตำบลดินทอง", "ดินทอง12"),
        ("องค์การบริหารส่วนตำบลดินทอง", "๒๕ดินทอง๖๙"),
        ("องค์การบริหารส่วนตำบลดินทอง", "อบต.ดินทอง"),
        ("องค์การบริหารส่วนตำบลดินทอง", "อบต ดินทอง 2569"),
        ("องค์การบริหารส่วนตำบลดินทอง", "เทศบาลตำบลดินทอง"),
        ("องค์การบริหารส่วนตำบลดินทอง", "องค์การบริหารส่วนตำบลดินทอง"),
        ("องค์การบริหารส่วนตำบลดินทอง", "องค์การบริหารส่วนตำบล1"),
        ("เทศบาลเมืองนางรอง", "นางรอง2569"),
        ("เทศบาลตำบลบ้านสวน พัฒนา", "บ้านสวน99"),
        ("นางสาวพิมพ์ใจ สุจริตกุล", "พิมพ์ใจ12"),
        ("นางสาวพิมพ์ใจ สุจริตกุล", "สุจริตกุล"),
    ],
)
def test_the_own_name_and_its_words_are_refused_alone_and_with_digits_around(name: str, password: str) -> None:
    assert EASY in password_problem(password, LAO._replace(name=name))


def test_words_around_the_own_name_make_a_password() -> None:
    name = "องค์การบริหารส่วนตำบลดินทอง"
    for password in ("ดินทอง-2561-ปลอดภัย", "ดินทองน่าอยู่จริง", "ตลาดดินทองเช้า"):
        assert password_problem(password, LAO._replace(name=name)) == ""
    assert EASY in password_problem("somsri2569", PasswordFor("somsri", second=True))
    assert password_problem("somsri ปลูกมะม่วง", PasswordFor("somsri", second=True)) == ""


def places() -> tuple[str, ...]:
    return ("สงขลา", "Songkhla", "อำเภอวังทอง", "Wang Thong", "เทศบาลตำบลบ้านสวน พัฒนา", "องค์การบริหารส่วนตำบลหนองแขม")


@pytest.mark.parametrize(
    "password",
    [
        *("จังหวัดสงขลา2569", "จ.สงขลา ๒๕๖๙", "songkhla2569", "สงขลา 2569!", "สงขลา999"),
        *("วังทอง 2569", "อ.วังทอง2569", "อำเภอวังทอง", "WangThong99", "wang-thong-99"),
        *("เทศบาลตำบลบ้านสวนพัฒนา", "ทต.บ้านสวนพัฒนา 69", "อบต.หนองแขม", "ต.หนองแขม2569", "2569หนองแขม2569"),
    ],
)
def test_the_name_of_any_place_is_refused_alone_and_with_digits_around(password: str) -> None:
    """A clerk of somewhere else takes the neighbour's, or the province's."""
    assert EASY in password_problem(password, LAO._replace(places=places))


def test_words_around_the_name_of_a_place_make_a_password() -> None:
    for password in ("ตลาดสงขลาเช้า", "หนองแขม-ปลาทู", "วังทองหลาง", "จอสงขลา9", "ตวังทอง"):
        assert EASY not in password_problem(password, LAO._replace(places=places)), password
    alone = PasswordFor("6650807", places=places)
    assert EASY in password_problem("หนองแขมหนองแขม2569", alone)
    assert password_problem("หนองแขม ปลาทู ดินสอ ฝน", alone) == ""


def test_names_are_those_the_registry_has_by_now(app: Flask, client: Client) -> None:
    # given
    account = make_account(make_organisation("6650807"))
    other = make_organisation("6650808", name="เทศบาลตำบลวังน้ำเย็น")
    owner = password_for(actor_of(account.id))._replace(second=True)
    assert EASY in password_problem("วังน้ำเย็น2569", owner)
    assert password_problem("ทุ่งกุลาร้องไห้99", owner) == ""
    # when
    with transaction():
        db.session.execute(update(Organisation).where(Organisation.id == other.id).values(name="เทศบาลตำบลทุ่งกุลาร้องไห้"))
    # then
    assert EASY in password_problem("ทุ่งกุลาร้องไห้99", owner)


@pytest.mark.parametrize("password", ["31022530", "25013530", "99887712", "25/13/2530", "250125301", "2501253"])
def test_digits_that_are_no_day_are_no_day(password: str) -> None:
    assert EASY not in password_problem(password, LAO)


@pytest.mark.parametrize(
    "password",
    [
        *("มะม่วงสุก3ลูก", "correct horse battery", "ตลาดน้ำเช้านี้", "nacc ตลาดน้ำ", "12 มังคุด 34 ทุเรียน"),
        *(
            "abcabcde",
            "ABCABCDE",
            "99887712",
            "ตลาดน้ำเช้าตลาดน้ำเช้า",
            " a  b   c ",
            "\U0001f34b\U0001f34c" * 4 + "x",
            "x" * 60 + "yzab",
        ),
    ],
)
def test_no_kind_of_letter_is_asked_for_or_refused(password: str) -> None:
    assert password_problem(password, LAO) == ""


@pytest.mark.parametrize(
    "password",
    [
        *(
            "123456789012345",
            "qwertyuiopasdfg",
            "passwordpassword",
            "ฟหกดเ้่าสวงฟหกด",
            "adminadmin12345",
            "thailandthailand",
        ),
        *("1q2w3e4r5t6y7u8i", "อบต.ดินทอง อบต.ดินทอง", "รหัสผ่านรหัสผ่าน", "09876543210987654", "ๆไำพะัีรนๆไำพะัีรน"),
        *("12341234123412345", "๑๒๓๔๕๖๗๘๙๐๑๒๓๔๕", "thailandthailand", "p@ssw0rdp@ssw0rd", "เทศบาลเทศบาล2569"),
    ],
)
def test_what_is_long_only_by_being_put_together_is_refused(password: str) -> None:
    name = "องค์การบริหารส่วนตำบลดินทอง"
    assert EASY in password_problem(password, PasswordFor("6650807", name))


@pytest.mark.parametrize(
    "password",
    [
        *("มะม่วงสุก3ลูกหวาน", "correct horse battery", "ตลาดน้ำเช้านี้ฝนตก", "ดินทอง-2561-ปลอดภัย", "12 มังคุด 34 ทุเรียน"),
        *("ปลาทู แมว ดินสอ ฝน", "kx7-Rmq2-vT9w-Lp4"),
    ],
)
def test_some_words_that_do_not_belong_together_stand_alone(password: str) -> None:
    assert password_problem(password, PasswordFor("6650807", "องค์การบริหารส่วนตำบลดินทอง")) == ""


def test_how_long_one_may_be() -> None:
    alone, with_second = PasswordFor(), PasswordFor(second=True)
    assert (alone.shortest, with_second.shortest, MAXIMUM_LENGTH) == (15, 8, 200)
    for owner, fewest in ((alone, "ab3defgh-มะม่วง"), (with_second, "ab3defgh")):
        assert f"อย่างน้อย {owner.shortest}" in owner.hint
        assert f"อย่างน้อย {owner.shortest} ตัวอักษร ตอนนี้มี {len(fewest) - 1} ตัว" in password_problem(fewest[:-1], owner)
        longest = (fewest + "ตลาดน้ำเช้านี้ฝนตก" * 20)[:MAXIMUM_LENGTH]
        assert password_problem(fewest, owner) == password_problem(longest, owner) == ""
        assert f"ไม่เกิน {MAXIMUM_LENGTH}" in password_problem(longest + "x", owner)


def test_the_list_has_the_commonest_that_the_rules_would_take_and_each_of_our_own_words() -> None:
    # given
    stolen = [line for line in STOLEN.read_text().splitlines() if not line.startswith("# ")]
    # then
    assert len({word for word in stolen if len(word) >= SHORTEST}) > 3000
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


@pytest.fixture
def as_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the cost that a hash has outside of tests."""
    monkeypatch.setattr(passwords, "_hasher", AS_SERVED)


def test_a_hash_is_argon2id_with_a_salt_of_its_own(app: Flask, as_served: None) -> None:
    one, other = hash_password("Ab3defgh"), hash_password("Ab3defgh")
    for each in (one, NOBODY):  # and what an unknown name is held against
        assert each.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
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


def test_a_hash_of_an_earlier_cost_is_made_anew_at_the_next_sign_in(
    app: Flask, client: Client, as_served: None
) -> None:
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


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "ตั้งรหัสผ่านอย่างน้อย 15 ตัวอักษร"),
        ("ปลาทู แมว", "ตั้งรหัสผ่านอย่างน้อย 15 ตัวอักษร ตอนนี้มี 9 ตัว"),
        ("passwordpassword", "รหัสผ่านนี้เดาง่ายเกินไป"),
        ("ปลาทู แมว ดินสอ ฝน", "ใช้ได้ ถึงข้อมูลจะรั่วก็ต้องใช้เวลาเดามากกว่า 100 ปี"),
        ("mangosteen tree", "ใช้ได้ ถึงข้อมูลจะรั่วก็ต้องใช้เวลาเดาราว"),
    ],
)
def test_how_strong_one_is_is_said_as_the_form_will_say_it(password: str, words: str) -> None:
    owner = PasswordFor("6650807", "องค์การบริหารส่วนตำบลดินทอง")
    said = strength(password, owner)
    assert said.words.startswith(words)
    problem = password_problem(password, owner)
    assert (said.good, said.words) == (True, said.words) if not problem else (False, problem)


def test_of_two_passwords_at_one_moment_each_is_judged_by_its_owners_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library keeps the words of its last caller for all."""
    # given
    owners = {"somsriforever": ["somsri"], "malisadforever": ["malisad"]}
    alone = {password: guesses(password, words) for password, words in owners.items()}
    look, both, found = matching.omnimatch, Barrier(2), dict[str, float]()

    def look_at_one_moment(*given: Any, **more: Any) -> Any:
        with suppress(BrokenBarrierError):  # one waits for the other
            both.wait(timeout=0.2)
        return look(*given, **more)

    monkeypatch.setattr(matching, "omnimatch", look_at_one_moment)

    # when
    threads = [Thread(target=lambda each=each: found.update({each: guesses(each, owners[each])})) for each in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # then
    assert found == alone


def test_of_a_long_one_made_of_signs_for_letters_no_more_is_read_than_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library reads a password anew for each set of letters that its signs may stand for."""
    look, read = matching.dictionary_match, list[int]()

    def counted(password: str, *given: Any, **more: Any) -> Any:
        read.append(len(password) ** 2)
        return look(password, *given, **more)

    monkeypatch.setattr(matching, "dictionary_match", counted)
    guesses("4@8({[<6935!1|70$2%+" * 10, [])
    assert sum(read) < 1_600_000


@pytest.mark.parametrize(
    ("guesses", "words"),
    [
        (10**5, "ราว 10 วินาที เพิ่มอีกสักคำจะเดายากขึ้นมาก"),
        (10**8, "ราว 3 ชั่วโมง เพิ่มอีกสักคำจะเดายากขึ้นมาก"),
        (10**10, "ราว 12 วัน เพิ่มอีกสักคำจะเดายากขึ้นมาก"),
        (10**12, "ราว 3 ปี"),
        (10**15, "มากกว่า 100 ปี"),
    ],
)
def test_how_long_one_withstands_is_said_in_words(guesses: float, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.accounts.rules.guesses", lambda *_words: guesses)
    assert strength("มะม่วงสุก3ลูก", LAO).words == f"ใช้ได้ ถึงข้อมูลจะรั่วก็ต้องใช้เวลาเดา{words}"


def test_each_page_that_takes_a_new_password_asks_how_strong_it_is(app: Flask, client: Client) -> None:
    """For the very account, and of it nothing is kept."""
    # given
    officer = make_staff("somsri", Role.OFFICER, "65")
    claimant = make_account(make_organisation("6650808", name="เทศบาลตำบลดินทอง"), claimed=False)
    lao = make_account(make_organisation("6650807", name="องค์การบริหารส่วนตำบลดินทอง"))
    with transaction():
        expires_at = clock.now() + timedelta(minutes=30)
        db.session.add(PasswordReset(token_hash=fingerprint("link"), account_id=lao.id, expires_at=expires_at))
    pages = [(None, "/forgot/link"), (claimant.id, "/profile"), (lao.id, "/profile"), (officer.id, "/nacc/account")]
    for account_id, path in pages:
        if account_id:
            enter(client, account_id, claiming=account_id == claimant.id)
        page = client.get(path).text
        at = re.search(r'data-strength="password" data-at="([^"]+)"', page)
        assert at, path
        assert "/strength.js" in page
        before = kept()

        # when
        weak, strong = (
            client.send(at[1], {"password": password}) for password in ("ดินทอง 2569-2570", "ปลาทู แมว ดินสอ ฝน")
        )

        # then
        assert (weak.status_code, weak.json["good"]) == (200, False), path  # type: ignore[index]
        assert strong.json["good"] is True  # type: ignore[index]
        assert weak.headers["Cache-Control"] == "no-store, no-transform"
        assert kept() == before


def test_how_strong_one_is_nobody_asks_from_elsewhere_nor_all_day(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_LIMIT_ADDRESS", "2/minute")
    at = "/account/password/strength"
    assert client.send("/forgot/other/strength", {"password": "ปลาทู"}).status_code == 404
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    client.get("/nacc/account")
    assert client.post(at, data={"password": "ปลาทู"}).status_code == 400, "no token"
    assert [client.send(at, {"password": "ปลาทู"}).status_code for _ in range(3)] == [200, 200, 429]


def test_one_that_takes_long_to_look_at_counts_for_many(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_LIMIT_ADDRESS", "20/minute")
    ticks = iter(range(1000, 9000))
    monkeypatch.setattr("app.accounts.routes.perf_counter", lambda: next(ticks))  # each takes a second
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    client.get("/nacc/account")
    answers = [client.send("/account/password/strength", {"password": "ปลาทู"}).status_code for _ in range(4)]
    assert answers == [200, 200, 429, 429]


NAMED = {"password": "ดินทอง 2569-2570"}


def test_each_place_that_takes_a_new_password_knows_whose_it_is(app: Flask, client: Client) -> None:
    """The name is that of the registry, or of the member of staff."""
    # given
    with transaction():
        chief, named = make_staff("chief", Role.ADMINISTRATOR), make_staff("ดินทอง", Role.OFFICER)
        token = renew_staff(actor_of(chief.id), named.id, "ลืมรหัสผ่าน", clock.now())
    claimant = make_account(make_organisation(), claimed=False)
    lao = make_account(make_organisation("6650808", name="เทศบาลตำบลดินทอง"))
    with transaction():
        expires_at = clock.now() + timedelta(minutes=30)
        db.session.add(PasswordReset(token_hash=fingerprint("link"), account_id=lao.id, expires_at=expires_at))
    # when, then
    for path in ("/forgot/link", f"/forgot/{token}"):
        client.get(path)
        check_refused(client, path, NAMED, {"password": EASY}, forgets=("password",))
    for account_id, claiming in ((claimant.id, True), (lao.id, False)):
        enter(client, account_id, claiming=claiming)
        client.get("/profile")
        typed = profile_form(NAMED | ({} if claiming else {"version": "1"}))
        check_refused(client, "/profile", typed, {"password": EASY}, forgets=("password", "current"))
    officer = make_staff("somsri", Role.OFFICER, "65")
    enter(client, officer.id)
    client.get("/nacc/account")
    check_refused(
        client,
        "/nacc/account/password",
        {"current": PASSWORD, "password": "somsri!!!!25690"},
        {"password": EASY},
        forgets=("current", "password"),
    )
    with pytest.raises(Refusal, match=EASY), transaction():
        create_staff(system("test"), "officer65", "นายดินทอง", NAMED["password"], Role.OFFICER, (), clock.now())


@pytest.mark.parametrize("second", [False, True])
def test_a_password_is_measured_once_while_it_is_typed_and_only_where_that_decides_when_sent(
    monkeypatch: pytest.MonkeyPatch, second: bool
) -> None:
    """It takes up to a second."""
    # given
    measured = []
    monkeypatch.setattr("app.accounts.rules.guesses", lambda *asked: measured.append(asked) or 10.0**12)
    owner = PasswordFor("6650807", "อบต.ดินทอง", second)

    # when, then
    assert strength("ปลาทู แมว ดินสอ ฝน", owner).good
    assert len(measured) == 1
    assert password_problem("ปลาทู แมว ดินสอ ฝน", owner) == ""
    assert len(measured) == (1 if second else 2)
