"""Whoever holds a receipt can check it: on the public page, or alone with the verifier; a changed one is refused."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import text

from app.access import Actor
from app.db import db, is_sqlite, transaction
from app.ledger import heads, jobs, merkle
from app.ledger.receipts import ProvenEntry, proven_history
from docs import verify
from tests.client import Client
from tests.factories import facts, make_lao, make_project, make_report
from tests.lao.sending.test_sending import sent_id
from tests.ledger.test_merkle import LEAVES, nodes_of
from tests.ledger.world import as_attacker, drop_triggers
from tests.pages import kept, sentences

SCRIPT = Path(verify.__file__)


@pytest.fixture
def lao(app: Flask) -> Actor:
    lao = make_lao()
    make_report(lao, make_project(lao))
    return lao


@pytest.fixture
def receipt(lao: Actor) -> ProvenEntry:
    """Of a round that was sent; other entries stand before and behind it in the log."""
    entry_id = sent_id(lao)
    make_project(lao, facts("โครงการใหม่", budgets={2562: None}))
    jobs.head_of_now()
    proven = proven_history(entry_id)
    assert proven
    return proven


def asked(receipt: ProvenEntry, code: str = "") -> str:
    return f"/public/verify?entry={receipt.seq}&hash={code or receipt.leaf.hex()}"


def test_the_page_says_what_is_kept(client: Client, receipt: ProvenEntry) -> None:
    for code in (receipt.leaf.hex(), receipt.code.replace(" ", "+"), receipt.code.upper().replace(" ", "-")):
        page = client.get(asked(receipt, code)).text
        assert "ตรงกับที่บันทึกไว้" in page
        for words in ("องค์การบริหารส่วนตำบลดินทอง", "รอบ 6 เดือน ปีงบประมาณ 2561", "100.00", "มาก", "2 เมษายน 2561"):
            assert words in page
        assert receipt.head
        assert receipt.head.root.hex() in page


def test_reading_needs_no_account_writes_nothing_and_is_kept_for_all(client: Client, receipt: ProvenEntry) -> None:
    before = kept()
    answer = client.get(asked(receipt))
    assert kept() == before
    assert "csrf" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "max-age" in client.get(asked(receipt)).headers["Cache-Control"]


def test_another_code_another_entry_or_another_kind_of_entry_is_refused(client: Client, receipt: ProvenEntry) -> None:
    wrong = ("0" if receipt.leaf.hex()[0] != "0" else "1") + receipt.leaf.hex()[1:]
    other = proven_history(1)
    assert other
    for address in (
        asked(receipt, wrong),
        asked(receipt, wrong[:16]),
        f"/public/verify?entry={receipt.seq + 100}&hash={receipt.leaf.hex()}",
        asked(other),
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "ไม่ตรงกับที่บันทึกไว้" in answer.text
        assert "พิมพ์ใหม่" in answer.text


def test_what_cannot_be_read_is_said_beside_its_field(client: Client) -> None:
    for query, field in (
        ("entry=&hash=" + "a" * 16, "entry"),
        ("entry=x&hash=" + "a" * 16, "entry"),
        ("entry=" + "9" * 30 + "&hash=" + "a" * 16, "entry"),
        ("entry=-1&hash=" + "a" * 16, "entry"),
        ("entry=1", "hash"),
        ("entry=1&hash=abc", "hash"),
        ("entry=1&hash=" + "g" * 16, "hash"),
        ("entry=1&hash=" + "a" * 65, "hash"),
    ):
        answer = client.get(f"/public/verify?{query}")
        assert answer.status_code == 422, query
        assert sentences(answer.text)[field]
    assert client.get("/public/verify").status_code == 200
    assert client.get("/public/verify?year=2561&round=6").status_code == 200
    assert "ไม่ตรง" in client.get("/public/verify?entry=๑&hash=" + "๑" * 16).text


def test_a_code_that_is_only_a_part_is_not_enough(receipt: ProvenEntry) -> None:
    assert receipt.has_code(receipt.leaf.hex()[:16])
    assert not receipt.has_code(receipt.leaf.hex()[:15])
    assert not receipt.has_code(receipt.leaf.hex() + "0")


def test_whoever_changed_the_database_is_not_confirmed(client: Client, receipt: ProvenEntry) -> None:
    """The figures of the receipt, with a new hash in the log: the signed head does not lead there."""
    drop_triggers()
    with transaction():
        as_attacker()
        changed = json.dumps((receipt.told.after or {}) | {"done": 9}, ensure_ascii=False)
        cast = ":after" if is_sqlite(db.engine) else "CAST(:after AS jsonb)"
        db.session.execute(
            text(f"UPDATE history SET after = {cast} WHERE id = :id"), {"after": changed, "id": receipt.told.id}
        )
    forged = proven_history(receipt.told.id)
    assert forged
    assert forged.leaf != receipt.leaf
    for code in (receipt.leaf.hex(), forged.leaf.hex()):
        assert "ไม่ตรงกับที่บันทึกไว้" in client.get(asked(receipt, code)).text
    with transaction():
        as_attacker()
        db.session.execute(
            text("UPDATE log_entries SET leaf_hash = :leaf WHERE seq = :seq"),
            {"leaf": forged.leaf, "seq": receipt.seq},
        )
    current_app.extensions["public-pages"].clear()
    assert "ไม่ตรงกับที่บันทึกไว้" in client.get(asked(receipt, forged.leaf.hex())).text


def test_a_head_of_another_key_proves_nothing(app: Flask, receipt: ProvenEntry) -> None:
    assert receipt.holds(heads.public_key(app.config["LOG_SIGNING_KEY"]))
    assert not receipt.holds(heads.public_key("11" * 32))
    assert not receipt.holds("no key")


# --- alone, with the verifier -----------------------------------------------------------------------------------


def run(path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    done = [sys.executable, "-I", str(SCRIPT), *more, "--receipt", str(path)]
    return subprocess.run(done, capture_output=True, text=True, check=False)


@pytest.fixture
def document(client: Client, receipt: ProvenEntry) -> dict[str, Any]:
    answer = client.get(f"/public/log/receipt/{receipt.seq}.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json
    return answer.json


def test_a_receipt_is_checked_offline(app: Flask, document: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "4.json"
    path.write_text(json.dumps(document, indent=1))
    done = run(path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the receipt holds" in done.stdout
    assert "percent 100.00" in done.stdout
    assert "The key is the receipt's own" in done.stdout
    key = document["head"]["key"]
    assert "own" not in run(path, "--key", key).stdout
    assert run(path, "--key", "00" * 32).returncode == 1


def test_a_receipt_is_held_against_the_log_too(app: Flask, document: dict[str, Any], tmp_path: Path) -> None:
    path, folder = tmp_path / "4.json", tmp_path / "log"
    path.write_text(json.dumps(document))
    assert jobs.begin()
    app.test_cli_runner().invoke(args=["log", "sign"], catch_exceptions=False)
    app.test_cli_runner().invoke(args=["log", "export", str(folder)], catch_exceptions=False)
    done = run(path, str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "all holds" in done.stdout


def changed(document: dict[str, Any], *path: Any, value: Any) -> dict[str, Any]:
    copy = json.loads(json.dumps(document))
    place = copy
    for name in path[:-1]:
        place = place[name]
    assert place[path[-1]] != value
    place[path[-1]] = value
    return copy


def test_every_change_of_a_receipt_is_found(document: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "4.json"
    facts_told = [("entry", "after", name) for name in document["entry"]["after"]]
    for place in (
        *facts_told,
        *(("entry", name) for name in document["entry"] if name != "after"),
        *(("head", name) for name in document["head"]),
        *(("proof", at) for at in range(len(document["proof"]))),
    ):
        value: Any = 3 if place in (("entry", "seq"), ("head", "size")) else "00" * 32
        path.write_text(json.dumps(changed(document, *place, value=value)))
        assert run(path).returncode == 1, place
    for other in ({}, [], {**document, "proof": []}, {**document, "proof": [*document["proof"], "00" * 32]}):
        path.write_text(json.dumps(other))
        assert run(path).returncode == 1, other


def test_it_asks_for_something_to_check() -> None:
    done = subprocess.run([sys.executable, "-I", str(SCRIPT)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--receipt" in done.stderr


def test_only_rounds_that_were_sent_have_such_a_document(client: Client, lao: Actor) -> None:
    sent_id(lao)
    jobs.sequence_all()
    for seq in range(6):
        assert client.get(f"/public/log/receipt/{seq}.json").status_code == 404


@pytest.mark.parametrize("root_from", [merkle.root_from, verify.root_from])
def test_an_inclusion_proof_leads_to_the_root_of_the_rfc(root_from: Any) -> None:
    for size in (1, 2, 3, 7, 8, 13, 64, 100):
        nodes = nodes_of(size, [])
        root = merkle.subtree(0, size, nodes)
        for index in range(size):
            proof = merkle.inclusion(index, size, nodes)
            assert root_from(LEAVES[index], index, size, proof) == root
            assert root_from(LEAVES[index], index, size, [*proof, bytes(32)]) != root
            assert size == 1 or root_from(LEAVES[index], index, size, proof[:-1]) != root
