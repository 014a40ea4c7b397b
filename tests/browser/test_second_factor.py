"""A passkey in a real browser, by its own software key; an app by keyboard alone, with JavaScript and without."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask import Flask
from playwright.sync_api import Page, Request, expect
from pyotp import TOTP

from app import clock
from app.models.enums import Role
from tests.browser.conftest import Open
from tests.factories import PASSWORD, make_staff

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
PAGE = "/account/second-factor"


@pytest.fixture
def named(app: Flask, site: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The site by a name: no browser makes a passkey for a number."""
    address = site.replace("127.0.0.1", "localhost")
    monkeypatch.setitem(app.config, "PUBLIC_URL", address)
    return address


@pytest.fixture
def keyed(opened: Open, named: str) -> Iterator[tuple[Page, Any]]:
    """A browser with a key of its own, which is touched at once; and the line to it."""
    page = opened()
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    line.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    page.goto(f"{named}/login")
    yield page, line
    line.detach()


def _in(page: Page, username: str = "somsri") -> None:
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Login").click()


def test_a_passkey_is_added_signs_in_and_signs_nothing_twice(keyed: tuple[Page, Any], named: str) -> None:
    # given
    make_staff("somsri", Role.OFFICER, "65")
    page, line = keyed
    _in(page)
    expect(page).to_have_url(f"{named}/nacc")

    # when
    page.goto(f"{named}{PAGE}")
    page.get_by_role("link", name="เพิ่มพาสคีย์").click()
    page.get_by_label("ชื่อที่ใช้จำ").fill("เครื่องที่ทำงาน")
    expect(page.get_by_text("เบราว์เซอร์นี้ใช้พาสคีย์ไม่ได้")).to_be_hidden()
    page.get_by_role("button", name="เพิ่มพาสคีย์ของเครื่องนี้").click()

    # then
    expect(page.get_by_role("heading", level=1)).to_have_text("รหัสสำรอง")
    expect(page.locator("ol code")).to_have_count(10)
    page.get_by_role("link", name="เก็บไว้แล้ว").click()
    expect(page.get_by_text("เครื่องที่ทำงาน")).to_be_visible()

    # when
    page.get_by_role("button", name="Logout").click()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/login/second") else None)
    _in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("ยืนยันตัวตนขั้นที่สอง")
    page.get_by_role("button", name="ใช้พาสคีย์").click()

    # then
    expect(page).to_have_url(f"{named}/nacc")

    # when: what the key signed is sent once more
    typed = {name: values[0] for name, values in parse_qs(sent[0].post_data or "", keep_blank_values=True).items()}
    page.context.clear_cookies()
    page.goto(f"{named}/login")
    typed["csrf_token"] = page.locator("form[action='/login'] [name=csrf_token]").input_value()
    again = page.request.post(f"{named}/login/second", form=typed, headers={"Origin": named})

    # then
    assert again.status == 422
    page.goto(f"{named}/nacc")
    expect(page).to_have_url(re.compile("/login"))
    assert line


def test_a_passkey_that_is_not_there_is_told_and_a_code_does(keyed: tuple[Page, Any], named: str) -> None:
    # given
    make_staff("somsri", Role.OFFICER, "65")
    page, line = keyed
    _in(page)
    expect(page).to_have_url(f"{named}/nacc")
    page.goto(f"{named}{PAGE}/passkey")
    page.get_by_label("ชื่อที่ใช้จำ").fill("กุญแจ")
    page.keyboard.press("Enter")  # as good as the button
    code = page.locator("ol code").first.text_content() or ""
    page.get_by_role("link", name="เก็บไว้แล้ว").click()
    page.get_by_role("button", name="Logout").click()

    # when
    line.send("WebAuthn.disable")
    line.send("WebAuthn.enable")
    line.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    _in(page)
    page.get_by_role("button", name="ใช้พาสคีย์").click()

    # then
    expect(page.get_by_text("พาสคีย์ไม่ตอบ หรือถูกยกเลิก")).to_be_visible()
    page.get_by_label("รหัส 6 หลัก หรือรหัสสำรอง").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("รหัสไม่ถูกต้อง หรือใช้ไปแล้ว").first).to_be_visible()
    # The button stands there again, also on the page that came back
    expect(page.get_by_role("button", name="ใช้พาสคีย์")).to_be_visible()
    page.get_by_label("รหัส 6 หลัก หรือรหัสสำรอง").fill(code)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{named}/nacc")


def test_an_app_by_keyboard_alone(opened: Open, js: bool) -> None:
    # given
    make_staff("somsri", Role.OFFICER, "65")
    page = opened(js=js)
    page.goto("/login")
    _in(page)
    expect(page).to_have_url("/nacc")
    page.goto(f"{PAGE}/app")
    secret = (page.locator("form code").text_content() or "").replace(" ", "")

    # when
    page.get_by_label("รหัส 6 หลักจากแอป").focus()
    page.keyboard.type("123456")
    page.keyboard.press("Enter")
    expect(page.get_by_text("รหัสจากแอปไม่ถูกต้อง").first).to_be_visible()
    assert (page.locator("form code").text_content() or "").replace(" ", "") == secret
    page.get_by_label("รหัส 6 หลักจากแอป").fill(TOTP(secret).at(clock.now()))
    page.keyboard.press("Enter")

    # then
    expect(page.get_by_role("heading", level=1)).to_have_text("รหัสสำรอง")
    code = page.locator("ol code").first.text_content() or ""
    page.goto("/nacc")
    page.get_by_role("button", name="Logout").click()
    _in(page)
    page.get_by_label("รหัส 6 หลัก หรือรหัสสำรอง").fill(code)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/nacc")
