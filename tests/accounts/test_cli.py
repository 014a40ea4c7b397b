"""What an installation makes before anybody can sign in."""

from collections.abc import Iterator

import click
import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.queries import actor_of, credentials
from app.db import db
from app.models import Account, HistoryEntry
from app.models.enums import Role
from tests.client import Client
from tests.factories import PASSWORD, make_account, make_organisation
from tests.pages import kept


def _run(app: Flask, *arguments: str, **options: str) -> tuple[int, str]:
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=["accounts", *arguments], **options)
    db.session.rollback()
    return result.exit_code, result.output


def test_staff_are_made_with_their_provinces_and_can_sign_in(app: Flask, client: Client) -> None:
    arguments = (
        "create-staff",
        "somsri",
        "--name",
        "สมศรี",
        "--role",
        "officer",
        "--province",
        "65",
        "--province",
        "90",
    )
    code, output = _run(app, *arguments, input=f"{PASSWORD}\n{PASSWORD}\n")
    assert (code, "Made officer somsri." in output) == (0, True), output
    account = db.session.scalars(select(Account)).one()
    assert account.role is Role.OFFICER
    assert actor_of(account.id).province_codes == {"65", "90"}
    assert PASSWORD not in str(kept())
    assert client.send("/login", {"username": "somsri", "password": PASSWORD}).location == "/nacc"


def test_a_bad_staff_account_is_refused_whole(app: Flask) -> None:
    before = kept()
    for username, password, province, sentence in [
        ("1234567", PASSWORD, "65", "ต้องไม่เป็นตัวเลขล้วน"),
        ("somsri", "short", "65", "อย่างน้อย 8 ตัวอักษร"),
        ("somsri", PASSWORD, "99", "ไม่มีจังหวัดรหัส 99"),
    ]:
        arguments = ("--name", "x", "--role", "officer", "--province", province, "--password", password)
        code, output = _run(app, "create-staff", username, *arguments)
        assert (code, sentence in output) == (1, True), output
    assert kept() == before


def test_an_activation_code_is_shown_once_and_stored_hashed(app: Flask) -> None:
    make_account(make_organisation("2900101"), claimed=False)
    make_account(make_organisation("6650807"))
    code, issued = _run(app, "activation-code", "2900101")
    assert code == 0
    assert len(issued.strip()) == 11
    assert issued.strip() not in str(kept())
    assert credentials("2900101").activation_hash is not None
    assert db.session.scalars(select(HistoryEntry.action)).all() == ["issue activation code"]
    assert _run(app, "activation-code", "9999999") == (1, "Error: No LAO has the code 9999999.\n")
    assert "ตั้งรหัสผ่านแล้ว" in _run(app, "activation-code", "6650807")[1]


def _commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, *path, name)
        else:
            yield (*path, name), command


@pytest.mark.parametrize("blank", ["", "  ", "\u200b"])
def test_what_stands_in_the_history_is_never_left_empty(app: Flask, blank: str) -> None:
    """Every command that asks for a reason or a name; why somebody was erased is all that is left to ask about."""
    before, asked = kept(), []
    for path, command in _commands(app.cli):
        options = {each.name: each for each in command.params if isinstance(each, click.Option)}
        for name in options.keys() & {"reason", "name"}:
            # given
            others = [each for each in options.values() if each.required and each.name != name]
            given = [word for each in others for word in (each.opts[0], "officer" if each.name == "role" else "x")]
            arguments = ["6650807" for each in command.params if isinstance(each, click.Argument)]

            # when
            result = app.test_cli_runner().invoke(args=[*path, *arguments, *given, f"--{name}", blank])

            # then
            assert (result.exit_code, f"'--{name}': Say it in words" in result.output) == (2, True), result.output
            asked.append((path[-1], name))
    assert set(asked) == {
        *(("create-staff", "name"), ("erase", "reason"), ("erase-contacts", "reason")),
        ("remove-second-factor", "reason"),
    }
    assert kept() == before
