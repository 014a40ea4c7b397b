"""Reading a file that was sent, or drawing one, is counted for each account: nobody keeps the processors busy."""

import pytest
from flask import Flask

from tests.client import Client
from tests.factories import YEAR, make_lao
from tests.house.test_access import known_routes
from tests.pages import enter

COSTLY = {
    *("plan_files.check_file", "plan_files.annotated_copy", "round_workbook.check_workbook", "round_workbook.download"),
    *("papers.plan_file", "papers.round_file", "sending.receipt_file", "nacc_accounts.code_file"),
    *("plan_years.check_file", "evaluation.check_file", "registry_upkeep.import_file"),
}


def test_what_reads_or_draws_a_file_is_declared(app: Flask) -> None:
    declared = {
        name.split()[1]
        for name, _method, rule in known_routes(app)
        if getattr(app.view_functions[rule.endpoint], "costs", False)
    }
    assert declared == COSTLY


@pytest.mark.parametrize("by", ["file", "paper"])
def test_who_asks_for_many_is_told_how_long_to_wait(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    # given
    monkeypatch.setattr("app.guard.COSTLY", "2/minute")
    enter(client, make_lao("6650807").account_id)
    client.get("/projects/import")

    def ask(sender: Client, **kind: bool) -> tuple[int, str, str]:
        if by == "paper":
            answer = sender.get(
                f"/reporting/papers/plan.pdf?year={YEAR}", headers={"HX-Request": "true"} if kind else {}
            )
        else:
            answer = sender.send("/projects/import", {}, **kind)
        return (
            answer.status_code,
            answer.headers.get("Retry-After", ""),
            answer.text if answer.status_code == 429 else "",
        )

    # when
    first, second, third, part = ask(client), ask(client), ask(client), ask(client, htmx=True)

    # then
    assert 429 not in (first[0], second[0])
    assert (third[0], part[0]) == (429, 429)
    assert 0 < int(third[1]) <= 60
    for told in (third[2], part[2]):
        assert "อ่านหรือสร้างไฟล์หลายครั้งเกินไป รออีกประมาณ" in told
        assert "จากที่อยู่นี้" not in told, "it is the account that had too many"
    assert client.get("/projects").status_code == 200, "everything else goes on"
    # and nobody else waits
    other = Client(app)
    enter(other, make_lao("6650808").account_id)
    other.get("/projects/import")
    assert ask(other)[0] != 429
