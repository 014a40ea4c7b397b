"""What a clerk does in more than one story."""

from decimal import Decimal
from typing import Any

from playwright.sync_api import Locator, Page, expect

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.models import Organisation, Profile
from app.models.enums import CannotReason, ReportStatus, ReviewStatus
from tests.client import Client
from tests.factories import PASSWORD, YEAR, facts, make_account, make_organisation, make_project, make_report, review
from tests.pages import enter

CODE = "6650807"
HOME = "ข้อมูลโดยสรุป"
LONG_NAME = "โครงการ" + "เสริมสร้างคุณธรรมจริยธรรม" * 13  # near the longest name a project may have
LONG_WORD = "https://www.facebook.com/permalink.php?story_fbid=" + "0123456789" * 25  # a link somebody pasted
MOST_MONEY = Decimal("99999999999.99")


def lao(code: str = CODE, **place: Any) -> Actor:
    """An LAO that has signed in before."""
    return actor_of(make_account(make_organisation(code, **place), email=f"{code}@example.go.th").id)


def make_endless(actor: Actor) -> None:
    """Projects of the most money, whose texts are one word of 300 characters each, as are those of the LAO."""
    said = {"target_group": LONG_WORD, "objective": LONG_WORD, "budgets": {YEAR: MOST_MONEY}}
    ids = [make_project(actor, facts(f"{place}{LONG_WORD}"[:300], **said)) for place in range(3)]
    told = {"note": LONG_WORD, "ordinance_budget": MOST_MONEY, "spent": MOST_MONEY}
    make_report(actor, ids[0], **told)
    why = {"cannot_reason": CannotReason.OTHER, "cannot_text": LONG_WORD[:200]}
    make_report(actor, ids[1], ReportStatus.CANNOT, **why, **told)
    review(ids[2], ReviewStatus.REJECTED, LONG_WORD)
    with transaction():
        organisation = db.session.get_one(Organisation, actor.own_organisation_id)
        organisation.name = (organisation.name + LONG_WORD)[:150]
        profile = db.session.get_one(Profile, organisation.id)
        profile.address = LONG_WORD
        for name in ("executive_name", "clerk_name", "contact_name", "contact_position", "contact_department"):
            setattr(profile, name, LONG_WORD[:200])


def sign_in(page: Page, code: str = CODE, password: str = PASSWORD) -> None:
    page.goto("/login")
    page.get_by_label("Username").fill(code)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HOME)


def come_in(page: Page, client: Client, account_id: int | None, address: str) -> None:
    """Signed in without the login page and its slow hash."""
    name, value = session_of(client, account_id)
    page.context.add_cookies([{"name": name, "value": value, "url": address}])


def session_of(client: Client, account_id: int | None) -> tuple[str, str]:
    """The cookie of somebody signed in: its name and value."""
    enter(client, account_id)
    cookie = client.get_cookie(client.application.config["SESSION_COOKIE_NAME"])
    assert cookie
    return cookie.key, cookie.value


def fill_project(page: Page, name: str, *, budget: str = "150,000.50") -> None:
    """Everything the record form asks for, in FY 2561."""
    page.get_by_label("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน").fill(name)
    page.get_by_role("radio", name="โครงการ", exact=True).check()
    page.get_by_role("checkbox", name="2561", exact=True).check()
    page.get_by_label("งบประมาณปี 2561").fill(budget)
    page.get_by_role("checkbox", name="ไตรมาส 2").check()
    page.get_by_role("radio", name="มิติที่ 2").check()
    page.get_by_label("กลุ่มเป้าหมาย").fill("นักเรียน 100 คน")
    page.get_by_label("วัตถุประสงค์").fill("ปลูกฝังความซื่อสัตย์")


def row(page: Page, project_id: int) -> Locator:
    return page.locator(f"#p{project_id}")


def press_until(page: Page, key: str, target: Locator, most: int = 60) -> None:
    """Press `key` until `target` has the focus: what somebody without a mouse does."""
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} pressed {most} times does not lead to {target}")


def top(place: Locator) -> float:
    """Where it stands in the window."""
    return float(place.evaluate("element => element.getBoundingClientRect().top"))


def uncovered(place: Locator) -> bool:
    """Whether it can be seen: inside the window, with no sticky bar over its middle."""
    return bool(
        place.evaluate(
            """element => {
                const box = element.getBoundingClientRect();
                const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return element.contains(there) || Boolean(there?.contains(element) && there.tagName !== "HTML");
            }"""
        )
    )


def paste(page: Page, text: str) -> None:
    """As Ctrl+V does, with what Excel puts on the clipboard."""
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const told = { clipboardData, bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", told));
        }""",
        text,
    )
