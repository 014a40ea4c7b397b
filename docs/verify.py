"""Checks the public log of e-PlanNACC without believing the program that made it.

    python docs/verify.py http://127.0.0.1:5000        an installation, by its public addresses
    python docs/verify.py FOLDER                       what `flask log export FOLDER` wrote, offline
    python docs/verify.py … --head head.json           with a head that was saved earlier, by anybody
    python docs/verify.py … --key KEY                  with the public key from another source than the installation
    python docs/verify.py --receipt FILE               one receipt alone, offline

It needs Python's standard library and PyNaCl (pip install pynacl), and shares no code with the application. Exit 0:
all holds. 1: something does not, and what and where is told. 2: it could not be checked.

What is checked: the bytes of every entry against the chain; the chain and the tree (RFC 9162) against every head that
was ever signed; every disclosed text against the salted hash in its entry; and whether the entries, one after the
other, give exactly the rows that the tables hold now. Memory stays flat: rows go through files in a temporary folder.
"""

import argparse
import functools
import hashlib
import json
import multiprocessing
import sys
import tempfile
import time
from binascii import hexlify
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen
from zlib import crc32

TABLES = {
    "organisations": "organisation",
    "plan-periods": "plan period",
    "dimensions": "dimension",
    "windows": "window",
    "own-windows": "window",
    "minimum-scores": "minimum score",
    "accounts": "account",
    "plan-years": "plan year",
    "scores": "scores",
    "projects": "project",
    "reports": "report",
    "fixed-rounds": "fixed round",
}
# What a row is made of. Facts that an entry tells beyond these are told, and stand in no table.
FACTS = {
    "organisation": {"code", "name", "type", "province_code", "district_code", "founded_at", "closed_at"}
    | {"formerly", "goes_on"},
    "plan period": {"years"},
    "dimension": {"name", "max_score", "sub_headings"},
    "window": {"opens_at", "closes_at", "reason"},
    "minimum score": {"score"},
    "account": {"role", "provinces", "locked_at"},
    "plan year": {"status"},
    "scores": {"sar_closed_at", "published_at"}
    | {f"{which}_{number}" for which in ("sar", "evaluation") for number in range(1, 10)},
    "project": {"name", "kind", "dimension", "further_dimensions", "quarters", "target_group", "objective", "budgets"}
    | {"organisation", "sub_heading", "review_status", "review_reason", "reviewed_at", "created_at", "deleted_at"},
    "fixed round": {"in_force", *map(str, range(1, 100))},
    "report": {"status", "ordinance_budget", "spent", "cannot_reason", "cannot_text", "note", "reported_at"}
    | {"obstacles", "suggestions"},
}
WHOLE_REPORT = FACTS["report"] - {"reported_at"}  # most entries: all facts of one report, whatever there was before
LATER_TEXTS = {"obstacles", "suggestions"}  # of reports: older entries tell nothing of them; an empty one says as much
REMOVED = {"report", "plan period", "dimension", "window"}  # what an entry can end
NO_ROW = {"plan year": "not_sent", "report": "not_reported"}
ROWS_AT_ONCE = 30_000  # of a part of the tables, in memory
NO_CHAIN = bytes(32)
MOST_TOLD = 20
ROW = ord("R")  # how a row's line begins among those of entries
sha256 = hashlib.sha256
SCAN = json.JSONDecoder().scan_once


class Wrong(Exception):
    """Something does not hold; the message says what and where."""


class Unchecked(Exception):
    """It cannot be checked: no answer, no library, no such folder."""


# ------------------------------------------------------------------------------------------------ where it comes from


class Site:
    """An installation, by its public addresses."""

    def __init__(self, address: str) -> None:
        self.base = address.rstrip("/") + "/public/log/"
        self.lives = True

    def one(self, name: str) -> Any:
        return json.loads(self._read(self.base + name)[0])

    def heads(self) -> Iterator[bytes]:
        return self._lines(self.base + "heads")

    def entries(self) -> Iterator[bytes]:
        return self._lines(f"{self.base}entries")

    def rows(self, table: str) -> Iterator[bytes]:
        return self._lines(f"{self.base}state/{table}")

    def pending(self) -> set[tuple[str, str]]:
        """What was changed a moment ago has its entry within a minute: it is asked for again."""
        return set()

    def _lines(self, address: str) -> Iterator[bytes]:
        while address:
            body, link = self._read(address)
            yield from body.splitlines()
            address = self.base.removesuffix("/public/log/") + link[1 : link.index(">")] if link else ""

    def _read(self, address: str) -> tuple[bytes, str]:
        try:
            with urlopen(address, timeout=60) as answer:
                return answer.read(), answer.headers.get("Link", "")
        except HTTPError as error:
            if error.code == 404:
                raise Unchecked(f"{address}: {json.loads(error.read() or b'{}').get('detail', 'not found')}") from error
            raise Wrong(f"{address} answers {error.code}: {error.read()[:300].decode(errors='replace')}") from error
        except (URLError, TimeoutError, OSError) as error:
            raise Unchecked(f"{address}: {error}") from error


class Folder:
    """The same as files: key.json, heads.jsonl, entries.jsonl, pending.jsonl, state/TABLE.jsonl."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lives = False

    def one(self, name: str) -> Any:
        return json.loads(self._file(f"{name}.json").read_bytes())

    def heads(self) -> Iterator[bytes]:
        return self._lines("heads.jsonl")

    def entries(self) -> Iterator[bytes]:
        return self._lines("entries.jsonl")

    def rows(self, table: str) -> Iterator[bytes]:
        return self._lines(f"state/{table}.jsonl")

    def pending(self) -> set[tuple[str, str]]:
        """Rows that were changed while the files were written: no entry tells of it yet."""
        lines = map(json.loads, self._lines("pending.jsonl"))
        return {(line["entity"], line["key"]) for line in lines}

    def _lines(self, name: str) -> Iterator[bytes]:
        with self._file(name).open("rb", buffering=1 << 20) as lines:
            for line in lines:
                yield line[:-1]

    def _file(self, name: str) -> Path:
        path = self.path / name
        if not path.is_file():
            raise Unchecked(f"{path} is not there")
        return path


# ------------------------------------------------------------------------------------------------ heads


def verifier(key: str) -> Callable[[bytes, bytes], Any]:
    """Checks a signature over a message; raises where it is not that key's."""
    try:
        from nacl.signing import VerifyKey
    except ImportError as error:
        raise Unchecked("signatures need PyNaCl: pip install pynacl (`make run` installs it into .venv)") from error
    return VerifyKey(bytes.fromhex(key)).verify


def checked_head(head: dict[str, Any], key: str, verify: Callable[[bytes, bytes], Any]) -> dict[str, Any]:
    """The head, if its signature is the key's."""
    signed = {name: head.get(name) for name in ("at", "chain", "key", "root", "size")}
    if head.get("key") != key:
        raise Wrong(f"the head of {head.get('size')} entries names another key: {head.get('key')}")
    try:
        verify(canonical(signed), bytes.fromhex(head["signature"]))
    except Exception as error:
        raise Wrong(f"the signature of the head of {head.get('size')} entries is not that of the key") from error
    return head


def canonical(value: Any) -> bytes:
    """RFC 8785, as far as it is needed: strings, whole numbers, true, null, lists, objects with plain names."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


# ------------------------------------------------------------------------------------------------ chain and tree


def root_of(edge: list[bytes]) -> bytes:
    """The root of a tree of which only the right edge is kept: its full subtrees, the widest first."""
    if not edge:
        return sha256(b"").digest()
    hash_ = edge[-1]
    for left in reversed(edge[:-1]):
        hash_ = sha256(b"\x01" + left + hash_).digest()
    return hash_


class Heads:
    """Signed heads, met in the order of their sizes while the log is walked."""

    def __init__(self, heads: Iterable[dict[str, Any]]) -> None:
        self.due = sorted(heads, key=lambda head: head["size"], reverse=True)
        self.met = 0

    @property
    def next_size(self) -> int:
        return self.due[-1]["size"] if self.due else -1

    def meet(self, size: int, edge: list[bytes], chain: bytes) -> None:
        """All heads of this size. Raises Wrong where the log was another when one of them was signed."""
        while self.next_size == size:
            head = self.due.pop()
            if head["root"] != root_of(edge).hex() or head["chain"] != chain.hex():
                raise Wrong(
                    f"the head of {head['size']} entries, signed {head['at']}, is no beginning of today's log: "
                    f"an entry below {head['size']} is not the one it was"
                )
            self.met += 1


def walk(lines: Iterable[bytes], heads: Heads, keep: Callable[[bytes], None] | None) -> int:
    """Check chain, tree and heads; hand each line on. Gives how many entries there are."""
    edge: list[bytes] = []
    chain, size, due = NO_CHAIN, 0, heads.next_size
    for line in lines:
        leaf = sha256(b"\x00" + line[line.rfind(b',"entry":{') + 9 : -1]).digest()
        chain = sha256(chain + leaf).digest()
        if line[10:74] != hexlify(chain):
            raise Wrong(f"entry {size}: it is not the entry that was put into the chain there")
        if not line.endswith(b'"seq":%d}}' % size):
            raise Wrong(f"entry {size}: it bears another number")
        at = size
        while at & 1:
            leaf = sha256(b"\x01" + edge.pop() + leaf).digest()
            at >>= 1
        edge.append(leaf)
        size += 1
        if keep:
            keep(line)
        if size == due:
            heads.meet(size, edge, chain)
            due = heads.next_size
    if heads.due:
        raise Wrong(
            f"the log has {size} entries, but a head of {heads.due[0]['size']} was signed: the end of it is gone"
        )
    return size


# ------------------------------------------------------------------------------------------------ one receipt


def root_from(leaf: bytes, index: int, size: int, proof: Iterable[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); nothing where it is none for that place."""
    at, last, hash_ = index, size - 1, leaf
    for each in proof:
        if last <= 0:
            return b""
        if at & 1 or at == last:
            hash_ = sha256(b"\x01" + each + hash_).digest()
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            hash_ = sha256(b"\x01" + hash_ + each).digest()
        at, last = at >> 1, last >> 1
    return b"" if last else hash_


def check_receipt(receipt: dict[str, Any], key: str) -> str:
    """That its entry stands in the log of the head it brings. Gives a sentence; raises Wrong, Unchecked."""
    entry, claimed = receipt["entry"], key or receipt["head"]["key"]
    head = checked_head(receipt["head"], claimed, verifier(claimed))
    if not 0 <= entry["seq"] < head["size"]:
        raise Wrong(f"the receipt's entry {entry['seq']} is not below the head of {head['size']} entries")
    leaf = sha256(b"\x00" + canonical(entry)).digest()
    proof = [bytes.fromhex(each) for each in receipt["proof"]]
    if root_from(leaf, entry["seq"], head["size"], proof).hex() != head["root"]:
        raise Wrong(f"the receipt's entry {entry['seq']} is not in the log of that head: the receipt was changed")
    facts = ", ".join(f"{name} {value}" for name, value in (entry["after"] or {}).items())
    told = f"entry {entry['seq']} of {entry['at']}, {entry['action']} {entry['key']}: {facts}"
    whose = "" if key else f"\nThe key is the receipt's own, {claimed}: compare it with /public/log/key, or give --key."
    return f"{told}\nIt is in the log of {head['size']:,} entries, signed {head['at']}: the receipt holds.{whose}"


# ------------------------------------------------------------------------------------------------ rows


def identity(entry: dict[str, Any]) -> tuple[str, str]:
    """Which row an entry tells of."""
    own = entry["entity"] == "window" and entry["organisation"] is not None
    return entry["entity"], f"{entry['key']}/{entry['organisation']}" if own else entry["key"]


def parsed(line: bytes) -> Any:
    """As json.loads, without what it does before and after: it is asked millions of times."""
    try:
        return SCAN(line.decode(), 0)[0]
    except StopIteration as error:
        raise ValueError(f"no JSON: {line[:80]!r}") from error


def opened(line: bytes) -> dict[str, Any]:
    """The entry of a line, with what is disclosed in place of its hashes. Raises Wrong where one is another's."""
    read = parsed(line)
    entry: dict[str, Any] = read["entry"]
    for path, (salt, value) in read["disclosed"].items():
        side, _, name = path.partition("/")
        place, name = (entry[side], name) if name else (entry, side)
        if place is None or name not in place or place[name] != commitment(salt, value):
            raise Wrong(f"entry {entry['seq']}: {path} was another when it was committed to")
        place[name] = value
    return entry


def commitment(salt: Any, value: Any) -> dict[str, str]:
    try:
        return {"hash": sha256(bytes.fromhex(salt) + canonical(value)).hexdigest()}
    except (TypeError, ValueError):
        return {}


def replay(row: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """What an entry makes of the facts of its row; empty: no row."""
    entity, action = entry["entity"], entry["action"]
    facts = entry["after"] or {}
    if entity in REMOVED and entry["after"] is None:
        return {}
    if action == "stand":
        return known(entity, {**facts, "organisation": entry["organisation"]} if facts else {})
    if entity == "account":
        return replay_account(row, entry)
    if entity in ("fixed round", "report"):
        return (replay_round if entity == "fixed round" else replay_report)(row, facts, entry)
    row = {**row, **facts, "organisation": entry["organisation"]}
    if entity == "window" and entry["organisation"] is not None:
        row["reason"] = entry["reason"] or None
    elif entity == "project":
        replay_project(row, entry)
    return known(entity, row)


def replay_account(row: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """Locking an account of which nothing else is known, that of an LAO, is an event and no row."""
    if entry["action"] == "erase":
        return {}
    if entry["action"] in ("lock", "unlock"):
        return known("account", {**row, "locked_at": entry["at"] if entry["action"] == "lock" else None}) if row else {}
    return known("account", {**row, **(entry["after"] or {})})


def replay_report(row: dict[str, Any], facts: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """Most entries are these: a report tells all its facts, whatever stood there before."""
    if entry["action"] not in ("report", "correct report"):
        return known("report", {**row, **facts})
    whole = facts if facts.keys() >= WHOLE_REPORT else {**row, **facts}
    row = {name: value for name, value in whole.items() if said(name, value) and name in WHOLE_REPORT}
    return row | {"reported_at": entry["at"]}


def replay_round(row: dict[str, Any], facts: dict[str, Any], _entry: dict[str, Any]) -> dict[str, Any]:
    """All editions of a closed round, and which is in force: none once it is live again."""
    if "edition" not in facts:
        return {name: value for name, value in row.items() if name != "in_force"}
    told = {name: facts.get(name) for name in ("total", "done", "level", "spent", "sha256")}
    return {**row, str(facts["edition"]): told, "in_force": facts["edition"]}


def replay_project(row: dict[str, Any], entry: dict[str, Any]) -> None:
    action, at = entry["action"], entry["at"]
    if action == "record":
        row.setdefault("review_status", "pending")
        row["created_at"] = at
    elif action == "delete" or (action == "hand on" and entry["after"] is None):
        row["deleted_at"] = at
    elif action == "bring back":
        row["deleted_at"] = None
    elif action in ("approve", "reject"):
        row["reviewed_at"] = at
        row["review_reason"] = entry["reason"] or None if action == "reject" else None
    elif action != "black out" and row.get("review_status") == "pending":
        row["reviewed_at"] = row["review_reason"] = None


def said(name: str, value: Any) -> bool:
    return value is not None and (value != "" or name not in LATER_TEXTS)


def known(entity: str, row: dict[str, Any]) -> dict[str, Any]:
    """The facts a table has a place for."""
    names = FACTS[entity] - ({"provinces"} if entity == "account" and row.get("role") != "officer" else set())
    row = {name: value for name, value in row.items() if said(name, value) and name in names}
    waits = row.get("status") == NO_ROW.get(entity, "") and not any(row[name] for name in row if name != "status")
    return {} if waits else row


class Parts:
    """Lines sorted into files by their row, so that each file's rows fit into memory."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self.paths = [folder / f"{part}.jsonl" for part in range(number)]
        self.files: list[Any] = []

    def keep(self, line: bytes) -> None:
        """By the bytes between `"entity":` and `"organisation":`, which all entries of a row share."""
        start = line.rfind(b',"entity":"')
        self.files[crc32(line[start : line.find(b',"organisation":', start)]) % self.number].write(line + b"\n")

    def keep_rows(self, entity: str, lines: Iterable[bytes]) -> None:
        """Rows, each in the part of its entries: an LAO's own window is told of under that of everybody."""
        start, named = b',"entity":%b' % canonical(entity), b"R%b\t" % entity.encode()
        for line in lines:
            key = line[line.rfind(b',"key":"') : -1]
            if entity == "window" and key.count(b"/") == 2:
                key = key[: key.rfind(b"/")] + b'"'
            self.files[crc32(start + key) % self.number].write(named + line + b"\n")

    def __enter__(self) -> "Parts":
        self.files = [path.open("wb", buffering=1 << 16) for path in self.paths]
        return self

    def __exit__(self, *_error: object) -> None:
        for file in self.files:
            file.close()
        self.files = []


def check_part(path: Path, pending: Collection[tuple[str, str]] = ()) -> tuple[int, list[str]]:
    """Of one part: how many rows there are, and what is wrong with them."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    last: dict[tuple[str, str], int] = {}
    live: dict[tuple[str, str], dict[str, Any]] = {}
    problems: list[str] = []
    with path.open("rb") as lines:
        for line in lines:
            if line[0] == ROW:
                entity, _, row_line = line.partition(b"\t")
                read = parsed(row_line)
                live[entity[1:].decode(), read["key"]] = read["facts"]
                continue
            try:
                entry = opened(line)
            except Wrong as wrong:
                problems.append(str(wrong))
                continue
            if entry["entity"] in FACTS:
                row = identity(entry)
                rows[row] = replay(rows.get(row, {}), entry)
                last[row] = entry["seq"]
    for row in (rows.keys() | live.keys()) - set(pending):
        if problem := difference(rows.get(row, {}), live.get(row, {})):
            since = f" (its last entry is {last[row]})" if row in last else ""
            problems.append(f"{row[0]} {row[1]}{since}: {problem}")
    return len(live), problems


def difference(told: dict[str, Any], holds: dict[str, Any]) -> str:
    """How a row of the tables is another than its entries say; empty where it is the same."""
    if told == holds:
        return ""
    if told and not holds:
        return "the log tells of it, the tables do not hold it"
    if holds and not told:
        return "the tables hold it, no entry of the log made it"
    for name in sorted(told.keys() | holds.keys()):
        if told.get(name) != holds.get(name):
            return f"{name} is {short(holds.get(name))} in the tables, {short(told.get(name))} by the log"
    raise AssertionError("two rows that differ have a fact that differs")


def short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


# ------------------------------------------------------------------------------------------------ all of it


def check(source: Site | Folder, saved: dict[str, Any] | None, key: str, processes: int, *, tables: bool = True) -> str:
    """All checks, once. Gives a sentence; raises Wrong, Unchecked."""
    published = source.one("key")["key"]
    if key and key != published:
        raise Wrong(f"the installation's key is {published}, not the one you gave")
    verify = verifier(published)
    told = [json.loads(line) for line in source.heads()]
    heads = Heads(checked_head(head, published, verify) for head in [*told, *([saved] if saved else [])])
    if not told:
        raise Unchecked("no head is signed: nothing is provable (the first one comes within a minute)")
    latest = max(head["size"] for head in told)
    if not tables:
        size = walk(source.entries(), heads, None)
        return f"{size:,} entries, {heads.met:,} signed heads: chain and tree hold. The tables were not looked at."
    with tempfile.TemporaryDirectory(prefix="verify_") as name:
        parts = Parts(Path(name), 1 + 2 * latest // ROWS_AT_ONCE)
        if processes > 1 and parts.number > 1:
            with multiprocessing.Pool(processes) as pool:
                size, rows, problems = by_many(source, heads, parts, pool)
        else:
            size = sort_and_walk(source, heads, parts)
            rows, problems = summed(check_part(path, source.pending()) for path in parts.paths)
        pending = source.pending()
    if problems:
        more = f"\n… and {len(problems) - MOST_TOLD} more" if len(problems) > MOST_TOLD else ""
        raise Wrong("\n".join(sorted(problems, key=place)[:MOST_TOLD]) + more)
    said = f"{size:,} entries, {heads.met:,} signed heads, {rows:,} rows: all holds. Signed up to entry {latest - 1:,}."
    return said + (f" {len(pending):,} rows are not told of yet." if pending else "")


def place(problem: str) -> tuple[int, str]:
    """Entries come before rows, the first one first."""
    words = problem.split()
    return (int(words[1].rstrip(":")), problem) if words[0] == "entry" else (sys.maxsize, problem)


def sort_and_walk(source: Site | Folder, heads: Heads, parts: Parts) -> int:
    """Read everything once: what is fetched is fetched once."""
    with parts:
        size = walk(source.entries(), heads, parts.keep)
        keep_rows(source, parts)
    return size


def by_many(source: Site | Folder, heads: Heads, parts: Parts, pool: Any) -> tuple[int, int, list[str]]:
    """Files are read twice at once: one process follows the chain, which nobody can share; another one sorts."""
    if source.lives:
        size = sort_and_walk(source, heads, parts)
    else:
        sorting = pool.apply_async(sort_files, (source, parts))
        size = walk(source.entries(), heads, None)
        sorting.get()
    check_one = functools.partial(check_part, pending=source.pending())
    return size, *summed(pool.imap_unordered(check_one, parts.paths))


def sort_files(source: Folder, parts: Parts) -> None:
    with parts:
        for line in source.entries():
            parts.keep(line)
        keep_rows(source, parts)


def keep_rows(source: Site | Folder, parts: Parts) -> None:
    for table, entity in TABLES.items():
        parts.keep_rows(entity, source.rows(table))


def summed(results: Iterable[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    rows, problems = 0, []
    for some, wrong in results:
        rows += some
        problems += wrong[:MOST_TOLD]
    return rows, problems


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Checks the public log of e-PlanNACC.")
    parser.add_argument("source", nargs="?", help="address of an installation, or a folder of `flask log export`")
    parser.add_argument("--receipt", type=Path, help="a receipt as JSON; with a source, held against its log too")
    parser.add_argument("--head", type=Path, help="a head saved earlier: the log must still begin as it did then")
    parser.add_argument("--key", default="", help="the public key, in hex, from another source")
    parser.add_argument("--log-only", action="store_true", help="chain, tree and heads alone: not texts and tables")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--patience", type=float, default=150, help="seconds to look again while people go on saving")
    asked = parser.parse_args()
    if not asked.source and not asked.receipt:
        parser.error("an address, a folder, or --receipt")
    return asked


def check_all(asked: argparse.Namespace) -> int:
    """The receipt, if there is one; the log, if there is one. Gives the exit code; raises Wrong, Unchecked."""
    web = (asked.source or "").startswith(("http://", "https://"))
    source = (Site(asked.source) if web else Folder(Path(asked.source))) if asked.source else None
    saved = json.loads(asked.head.read_bytes()) if asked.head else None
    if asked.receipt:
        receipt = json.loads(asked.receipt.read_bytes())
        print(check_receipt(receipt, asked.key or (source.one("key")["key"] if source else "")))
        saved = saved or receipt["head"]
    return check_patiently(source, saved, asked) if source else 0


def check_patiently(source: Site | Folder, saved: dict[str, Any] | None, asked: argparse.Namespace) -> int:
    until = time.monotonic() + (asked.patience if source.lives else 0)
    while True:
        try:
            print(check(source, saved, asked.key, asked.processes, tables=not asked.log_only))
            return 0
        except Wrong as wrong:
            if time.monotonic() >= until or str(wrong).startswith(("entry", "the ")):
                raise
            # Between reading the entries and the tables somebody may have saved: it must settle.
            print("rows differ: looking again in 20 seconds", file=sys.stderr)
            time.sleep(20)


def main() -> int:
    try:
        return check_all(arguments())
    except Wrong as wrong:
        print(f"WRONG\n{wrong}", file=sys.stderr)
        return 1
    except Unchecked as unchecked:
        print(f"CANNOT BE CHECKED\n{unchecked}", file=sys.stderr)
        return 2
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"WRONG\nwhat is published is not in its form: {error!r}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
