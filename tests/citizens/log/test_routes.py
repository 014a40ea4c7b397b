"""The log as programs read it: bounded pages, proofs that hold, nothing of a person, and no crash on bad addresses."""

import json

import pytest
from flask import Flask

from app.citizens.log import routes
from app.db import db, transaction
from app.ledger import jobs, queries
from app.ledger.merkle import leaf_hash
from tests.client import Client
from tests.factories import make_lao, make_project
from tests.ledger.test_merkle import proven_consistency, proven_inclusion
from tests.ledger.world import Asked, make_world, verified
from tests.worlds import Worlds


def test_an_empty_log_says_so(client: Client) -> None:
    assert client.get("/public/log/head").status_code == 404
    assert client.get("/public/log/entries").data == b""
    assert client.get("/public/log/heads").data == b""


def test_pages_lead_on_until_the_end(
    app: Flask, worlds: Worlds, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    worlds.begin(make_world)
    whole = client.get("/public/log/entries").data
    monkeypatch.setattr(routes, "MOST_ENTRIES", 7)
    monkeypatch.setattr(routes, "MOST_ROWS", 2)
    monkeypatch.setattr(routes, "MOST_HEADS", 1)
    first = client.get("/public/log/entries")
    assert len(first.data.splitlines()) == 7
    assert first.headers["Link"] == '</public/log/entries?start=7>; rel="next"'
    assert "max-age" in first.headers["Cache-Control"]
    assert b"\n".join(Asked(app).entries()) + b"\n" == whole
    assert "all holds" in verified(app)


def test_proofs_lead_to_the_signed_root(client: Client) -> None:
    lao = make_lao()
    make_project(lao)
    old = jobs.head_of_now()
    make_world_of(lao)
    new = jobs.head_of_now()
    assert old
    assert new
    assert old.size < new.size

    answer = client.get(f"/public/log/proof/inclusion?index=3&size={new.size}").json
    line = client.get("/public/log/entries?start=3&end=4").data
    entry = line[line.rfind(b',"entry":') + 9 : -2]
    proof = [bytes.fromhex(each) for each in answer["proof"]]
    assert proven_inclusion(3, new.size, leaf_hash(entry), proof) == new.root

    answer = client.get(f"/public/log/proof/consistency?first={old.size}&second={new.size}").json
    proof = [bytes.fromhex(each) for each in answer["proof"]]
    assert proven_consistency(old.size, new.size, old.root, proof) == (old.root, new.root)


def make_world_of(lao: object) -> None:
    for number in range(6):
        make_project(lao, key=f"00000000-0000-4000-8000-00000000000{number}")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path",
    [
        "entries?start=x",
        "entries?start=-1",
        "entries?start=99999999999",
        "entries?start=๑",
        "heads?after=x",
        "proof/inclusion",
        "proof/inclusion?index=5&size=5",
        "proof/consistency?first=0&second=5",
        "proof/consistency?first=9&second=5",
        "state/projects?after=x",
        "state/reports?after=1/2",
        "state/reports?after=1/2/99999999999999999999",
    ],
)
def test_a_bad_address_is_a_bad_request(client: Client, path: str) -> None:
    answer = client.get(f"/public/log/{path}")
    assert answer.status_code == 400
    assert json.loads(answer.data)["detail"]


def test_what_is_not_there_is_not_found(worlds: Worlds, client: Client) -> None:
    worlds.begin(make_world)
    assert client.get("/public/log/proof/inclusion?index=5&size=100000").status_code == 404
    assert client.get("/public/log/state/mails").status_code == 404
    assert client.get("/public/log/entries?start=100000").data == b""


def test_unpublished_scores_and_texts_of_deleted_projects_are_nowhere(worlds: Worlds, client: Client) -> None:
    """19.00 is published for one LAO and not for the other; 18.25 was a draft of both."""
    world = worlds.begin(make_world)
    everything = whole_log(client)
    assert '"evaluation_1":"19.00"' in client.get("/public/log/state/scores").text
    assert "18.25" not in everything
    other = f'"key":"{world.other.organisation_id}/2561"'
    row = next(line for line in client.get("/public/log/state/scores").text.splitlines() if other in line)
    assert "19.00" not in row
    assert "hash" in row
    deleted = [line for line in everything.splitlines() if f'"key":"{world.deleted}"' in line]
    assert deleted
    assert not any("บุคลากร 50 คน" in line for line in deleted)
    assert any("โครงการที่ลบ" in line for line in deleted)


def test_no_name_of_an_account_no_phone_and_no_mail_is_in_any_public_file_of_the_log(
    worlds: Worlds, client: Client
) -> None:
    world = worlds.begin(make_world)
    everything = whole_log(client)
    names = db.session.connection().exec_driver_sql(
        "SELECT display_name FROM accounts WHERE display_name <> '' UNION SELECT username FROM accounts "
        "WHERE username IS NOT NULL UNION SELECT phone FROM profiles UNION SELECT email FROM profiles "
        "UNION SELECT contact_name FROM profiles UNION SELECT executive_name FROM profiles"
    )
    for (name,) in names:
        assert name not in everything
    assert world.admin.name == "somsri"


def whole_log(client: Client) -> str:
    tables = [client.get(f"/public/log/state/{name}").text for name in routes.TABLES]
    others = [client.get(f"/public/log/{name}").text for name in ("entries", "heads", "head", "key")]
    return "\n".join([*tables, *others])


def test_reading_writes_nothing(client: Client) -> None:
    make_project(make_lao())
    for name in ("entries", "heads", "state/projects", "state/accounts"):
        client.get(f"/public/log/{name}")
    assert queries.size() == 0
    with transaction():
        assert queries.latest_head() is None


def test_the_page_says_what_is_signed_and_the_latest_entries_in_words(worlds: Worlds, client: Client) -> None:
    assert "ยังไม่มีหัวบันทึก" in client.get("/public/log").text
    worlds.begin(make_world)
    client.application.extensions["public-pages"].clear()
    page = client.get("/public/log").text
    head = queries.latest_head()
    assert head
    assert head.root.hex() in page
    assert "somsri" not in page
    assert f"/public/log/entries?start={head.size - 1}&amp;end={head.size}" in page
    assert "/public/log/verify.py" in page


def test_the_verifier_can_be_had_where_the_log_is(client: Client) -> None:
    answer = client.get("/public/log/verify.py")
    assert b"def main() -> int:" in answer.data
