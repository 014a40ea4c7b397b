"""The public log: what it costs who saves, and how fast its verifier is.

Beside the savers the sequencer works every two seconds, which is 30 times as often as a worker lets it. "Without" is
the same save with nobody sequencing and, on PostgreSQL, without the trigger that the log needs.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter, sleep

from flask import Flask
from nacl.signing import SigningKey
from sqlalchemy import text

from app.db import db, is_sqlite
from bench.frame import Pair, alone, benchmark
from bench.load import Clerk, laos_with_projects
from bench.pages import served
from bench.server import ROOT, serving

SECONDS = 4.0
ENTRIES, PROJECT_EVERY = 3_000_000, 7  # a project, and its reports
NO_CHAIN = bytes(32)


@benchmark("a save with the log / without it", sqlite=1.1, postgresql=1.1, rounds=6, warm_up=1)
def one_saver(app: Flask, stack: ExitStack) -> Pair:
    return savers(app, stack, 1)


@benchmark("a save of 16 savers with the log / without it", sqlite=1.15, postgresql=1.15, rounds=6, warm_up=1)
def sixteen_savers(app: Flask, stack: ExitStack) -> Pair:
    return savers(app, stack, 16)


def savers(app: Flask, stack: ExitStack, number: int) -> Pair:
    line = stack.enter_context(serving("wsgi:app", served(app), workers=2))
    clerks = [Clerk(line.port, lao_id) for lao_id in laos_with_projects(number)]
    flag = Path(stack.enter_context(TemporaryDirectory(prefix="eplannacc_bench_"))) / "work"
    sequencer = subprocess.Popen(
        [sys.executable, "-m", "bench.ledger", str(flag)], cwd=ROOT, env={**os.environ, **served(app)}
    )
    stack.callback(sequencer.wait)
    stack.callback(sequencer.terminate)

    def with_log() -> float:
        _trigger(on=True)
        flag.touch()
        return seconds_of_a_save(clerks)

    def without() -> float:
        flag.unlink(missing_ok=True)
        sleep(0.5)
        _trigger(on=False)
        return seconds_of_a_save(clerks)

    return with_log, without


def _trigger(*, on: bool) -> None:
    if is_sqlite(db.engine):
        return
    with db.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE history {'ENABLE' if on else 'DISABLE'} TRIGGER history_number_first"))


def seconds_of_a_save(clerks: list[Clerk]) -> float:
    """The mean over all clerks who save one after the other, without a pause."""
    for clerk in clerks:
        clerk.taken.clear()
    until = perf_counter() + SECONDS
    threads = [Thread(target=clerk.work, args=(until, 0.0)) for clerk in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [each for clerk in clerks for each in clerk.taken]
    return sum(taken) / len(taken)


def sequence_while_allowed(flag: Path) -> None:
    from app import create_app
    from app.ledger import jobs

    with create_app().app_context():
        while True:
            if flag.exists():
                jobs.sequence_all()
                db.session.remove()
            sleep(2)


# ------------------------------------------------------------------------------------------------ the verifier


@alone("verify.py over the entries (chain, tree, heads) / sha256sum of the same bytes", 4, unit="s")
def log_speed(scale: float) -> tuple[float, float]:
    told = verified(max(20_000, int(ENTRIES * scale)))
    return told["log_only"], told["sha256sum_of_entries"]


@alone("verify.py over entries, texts and all rows / sha256sum of the same bytes", 8, unit="s")
def verifier_speed(scale: float) -> tuple[float, float]:
    told = verified(max(20_000, int(ENTRIES * scale)))
    return told["seconds"], told["sha256sum"]


@alone("verify.py: memory / of a fifth of the log", 1.5, unit="MiB")
def verifier_memory(scale: float) -> tuple[float, float]:
    entries = max(20_000, int(ENTRIES * scale))
    return verified(entries)["mib"], verified(entries // 5)["mib"]


@cache
def verified(entries: int) -> dict[str, float]:
    """Seconds and MiB of the verifier, its processes together, and seconds of sha256sum, over a made-up log."""
    with TemporaryDirectory(prefix="eplannacc_bench_") as name:
        folder = Path(name)
        make_log(folder, entries)
        entries_file = folder / "entries.jsonl"
        files = [str(path) for path in sorted(folder.rglob("*.jsonl"))]
        _seconds_of("sha256sum", *files)  # all of it in the cache
        command = (sys.executable, "-c", MEASURED, str(ROOT / "docs" / "verify.py"), name)
        seconds, told = _seconds_of(*command)
        return {
            "seconds": seconds,
            "mib": float(told.split()[-1]),
            "sha256sum": _seconds_of("sha256sum", *files)[0],
            "log_only": _seconds_of(*command, "--log-only")[0],
            "sha256sum_of_entries": _seconds_of("sha256sum", str(entries_file))[0],
        }


def _seconds_of(*command: str) -> tuple[float, str]:
    start = perf_counter()
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return perf_counter() - start, told


# Runs the verifier and prints the peak of memory of its largest process.
MEASURED = """
import resource, runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as ended:
    assert ended.code == 0
own, others = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(max(own, others) / 1024)
"""


def make_log(folder: Path, entries: int) -> None:
    """A log of projects and reports as `flask log export` writes it, with rows that are what the entries say."""
    (folder / "state").mkdir()
    key = SigningKey(bytes(32))
    public = key.verify_key.encode().hex()
    chain, edge = NO_CHAIN, []
    rows = {name: (folder / "state" / f"{name}.jsonl").open("wb") for name in STATE}
    with (folder / "entries.jsonl").open("wb") as file:
        for seq, (entry, disclosed, table, row) in enumerate(made_up(entries)):
            leaf = hashlib.sha256(b"\0" + entry).digest()
            chain = hashlib.sha256(chain + leaf).digest()
            file.write(b'{"chain":"%s","disclosed":%s,"entry":%s}\n' % (chain.hex().encode(), disclosed, entry))
            rows[table].write(row + b"\n")
            at = seq
            while at & 1:
                leaf, at = hashlib.sha256(b"\1" + edge.pop() + leaf).digest(), at >> 1
            edge.append(leaf)
    for each in rows.values():
        each.close()
    root = edge.pop()
    while edge:
        root = hashlib.sha256(b"\1" + edge.pop() + root).digest()
    head = {"at": AT, "chain": chain.hex(), "key": public, "root": root.hex(), "size": entries}
    head["signature"] = key.sign(canonical(head)).signature.hex()
    (folder / "heads.jsonl").write_bytes(canonical(head) + b"\n")
    (folder / "key.json").write_bytes(canonical({"algorithm": "Ed25519", "key": public}))
    (folder / "pending.jsonl").touch()


STATE = (
    *("organisations", "plan-periods", "dimensions", "windows", "own-windows", "minimum-scores", "accounts"),
    *("plan-years", "scores", "projects", "reports", "fixed-rounds"),
)
AT = "2026-11-29T00:00:00.000000Z"


def made_up(entries: int) -> Iterator[tuple[bytes, bytes, str, bytes]]:
    """Entry, what is disclosed, the table of its row, and the row."""
    for seq in range(entries):
        if seq % PROJECT_EVERY == 0:
            yield _project(seq)
        else:
            yield _report(seq)


def _project(seq: int) -> tuple[bytes, bytes, str, bytes]:
    texts = {
        "name": f"โครงการส่งเสริมคุณธรรมและจริยธรรมสำหรับประชาชนในพื้นที่ หมู่ที่ {seq}",
        "objective": "เพื่อส่งเสริมคุณธรรมและจริยธรรม และสร้างจิตสำนึกต่อต้านการทุจริต",
        "target_group": "ประชาชนในพื้นที่",
    }
    open_ = {"budgets": {"2561": f"{seq}.00"}, "dimension": 1 + seq % 4, "further_dimensions": [], "kind": "project"}
    open_ |= {"quarters": [1, 2]}
    salts = {name: hashlib.sha256(f"{name}{seq}".encode()).hexdigest()[:32] for name in texts}
    hashes = {
        name: {"hash": hashlib.sha256(bytes.fromhex(salts[name]) + canonical(value)).hexdigest()}
        for name, value in texts.items()
    }
    disclosed = {f"after/{name}": [salts[name], value] for name, value in texts.items()}
    row = {"facts": open_ | texts | {"created_at": AT, "organisation": 5, "review_status": "pending"}, "key": str(seq)}
    return _entry(seq, "record", "project", str(seq), open_ | hashes), canonical(disclosed), "projects", canonical(row)


def _report(seq: int) -> tuple[bytes, bytes, str, bytes]:
    project, place = seq - seq % PROJECT_EVERY, seq % PROJECT_EVERY
    key = f"{project}/{2561 + (place - 1) // 2}/{6 if place % 2 else 12}"
    facts = {"cannot_reason": None, "cannot_text": None, "note": "", "ordinance_budget": None, "status": "done"}
    facts |= {"spent": f"{seq % 100_000}.00"}
    row = {"facts": {name: value for name, value in facts.items() if value is not None}, "key": key}
    row["facts"]["reported_at"] = AT  # type: ignore[index]
    return _entry(seq, "report", "report", key, facts), b"{}", "reports", canonical(row)


def _entry(seq: int, action: str, entity: str, key: str, after: dict[str, object]) -> bytes:
    who = {"action": action, "actor": "p0123456789abcdef", "at": AT, "role": "lao", "organisation": 5}
    return canonical({**who, "after": after, "before": None, "entity": entity, "key": key, "reason": "", "seq": seq})


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


if __name__ == "__main__":
    sequence_while_allowed(Path(sys.argv[1]))
