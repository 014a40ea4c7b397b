"""Whoever narrows a list begins at its first page: a page further on may be one that the other rows do not have."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from app import clock
from app.models.enums import Role
from tests.client import Client
from tests.factories import YEAR, make_staff
from tests.nacc.busy import SEEN_AT, make_busy
from tests.pages import enter, links
from tests.worlds import Worlds

LISTS = {
    "/nacc/review": "status=pending&dimension=1",
    "/nacc/plan-years": f"year={YEAR}&province=90",
    "/nacc/scores": f"year={YEAR}&scores=none",
    "/nacc/waiting": f"year={YEAR}&round=6&state=all",
    "/nacc/waiting/mails": "state=sent",
    "/nacc/accounts": "state=locked",
    "/nacc/signs": f"year={YEAR}&round=6",
    "/nacc/admin/deleted": "q=ก",
}


@pytest.mark.parametrize("path", LISTS)
def test_a_link_that_narrows_leads_to_the_first_page(
    app: Flask, worlds: Worlds, client: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    # given
    monkeypatch.setattr(clock, "now", lambda: SEEN_AT)
    worlds.begin(make_busy)
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)

    # when
    page = client.get(f"{path}?{LISTS[path]}&page=3").text

    # then: of all links to the same list, those with another filter
    here = parse_qs(LISTS[path])
    for address, _htmx in links(page):
        asked = parse_qs(urlsplit(address).query)
        number = asked.pop("page", ["1"])
        if urlsplit(address).path == path and asked != here:
            assert number == ["1"], address
