"""Files that people send: reading and checking one against openpyxl's bare pass over it, and the memory it takes.

`python -m bench.uploads KIND` makes one hard file, reads it and prints the peak of memory above idle, ours and the
parser's together, in MiB.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from itsdangerous import URLSafeSerializer
from openpyxl import Workbook, load_workbook

from app.nacc.evaluation.rules import heading, preview, read_file
from app.uploads.reader import NotAWorkbook, read_sheet
from app.uploads.rules import WHEN_MADE, UploadLao
from bench.frame import alone

MAXIMA = {number: Decimal(25) for number in range(1, 5)}
ROUNDS = 7
YEARS = range(2561, 2565)
MOST_MIB = 64


@lru_cache(maxsize=2)
def score_file(rows: int, columns: int = 12) -> bytes:
    """A score file of so many rows: code, year, eight scores, name and place, and more names."""
    book = Workbook(write_only=True)
    page = book.create_sheet("คะแนน")
    more = columns - 12
    page.append([*heading(MAXIMA), "ชื่อ อปท.", "จังหวัด อำเภอ", *(f"อื่น {n}" for n in range(more))])
    for n in range(rows):
        scores = [(n * 7 + k * 3) % 2500 / 100 for k in range(8)]
        words = [f"องค์การบริหารส่วนตำบลที่ {n}", f"สงขลา {n % 20}", *(f"หมายเหตุ {n} {k}" for k in range(more))]
        page.append([f"{1_000_000 + n % 7850}", 2561 + n // 7850 % 4, *scores, *words])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


LAOS = {f"{1_000_000 + n}": UploadLao(n, f"{1_000_000 + n}", f"องค์การบริหารส่วนตำบลที่ {n}") for n in range(7850)}


def read_and_check(file: BinaryIO) -> list[Any]:
    file.seek(0)
    sheet = read_sheet(file, heading(MAXIMA), WHEN_MADE)
    lines, problems = read_file(sheet, MAXIMA, YEARS, LAOS)
    del sheet
    found = preview(lines, {})
    del lines
    assert found.total or problems
    return found.sealed


def bare_pass(content: bytes) -> None:
    rows = load_workbook(BytesIO(content), read_only=True, data_only=True).worksheets[0].iter_rows(values_only=True)
    assert sum(1 for _row in rows)


def _in_turns(ours: Callable[[], Any], base: Callable[[], Any]) -> tuple[float, float]:
    turns = [(_seconds(ours), _seconds(base)) for _ in range(ROUNDS)]
    return median(a for a, _ in turns), median(b for _, b in turns)


def _seconds(deed: Callable[[], Any]) -> float:
    start = perf_counter()
    deed()
    return perf_counter() - start


def _against_openpyxl(rows: int) -> tuple[float, float]:
    content = score_file(rows)
    return _in_turns(partial(read_and_check, BytesIO(content)), partial(bare_pass, content))


@alone("an upload of 2,000 rows and 12 columns read and checked / openpyxl's bare pass", 1)
def small(_scale: float) -> tuple[float, float]:
    return _against_openpyxl(2000)


@alone("an upload of 8,000 rows read and checked / openpyxl's bare pass", 1)
def large(_scale: float) -> tuple[float, float]:
    return _against_openpyxl(8000)


@alone("an upload of 8,000 rows / of 2,000", 4.3)
def growth(_scale: float) -> tuple[float, float]:
    return _in_turns(
        partial(read_and_check, BytesIO(score_file(8000))), partial(read_and_check, BytesIO(score_file(2000)))
    )


# Memory: files that are hard on a reader, none larger than an upload may be


def _sheet(rows: str, strings: str = "") -> bytes:
    """An .xlsx around these rows of XML, and shared strings."""
    empty = Workbook()
    empty.active.append(["รหัส"])
    out = BytesIO()
    empty.save(out)
    made = BytesIO()
    with ZipFile(out) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name == "xl/worksheets/sheet1.xml":
                head = "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
                new.writestr(name, f"{head}{rows}</sheetData></worksheet>")
            elif name != "xl/sharedStrings.xml":
                new.writestr(name, old.read(name))
        if strings:
            new.writestr("xl/sharedStrings.xml", f"<sst>{strings}</sst>")
    return made.getvalue()


def _csv(rows: str) -> bytes:
    return f"{','.join(heading(MAXIMA))}\n{rows}".encode()


HARD: dict[str, Callable[[], bytes]] = {
    "whole country, four years": lambda: score_file(31_400, 15),
    "most rows, thirty columns": lambda: score_file(40_000, 30),
    "a cell in XFD of 3,000 rows": lambda: _sheet(
        "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 3001))
    ),
    "a million filled rows": lambda: _sheet("<row><c><v>1</v></c></row>" * 1_000_000),
    "ten million empty cells": lambda: _sheet("<row>" + "<c/>" * 10_000_000 + "</row>"),
    "a million short strings": lambda: _sheet('<row><c t="s"><v>1</v></c></row>', "<si><t>ก</t></si>" * 1_000_000),
    "a string of 150 MB": lambda: _sheet('<row><c t="inlineStr"><is><t>' + "a" * 150_000_000 + "</t></is></c></row>"),
    "a sheet of 400 MB": lambda: _sheet(" " * 400_000_000),
    "a million percents": lambda: _sheet('<row><c s="1" t="e"><v>#REF!</v></c></row>' * 1_000_000),
    "csv of 8 MB": lambda: _csv("6650807,2561,1,2,3,4,5,6,7,8\n" * 270_000),
    "wrong in every cell": lambda: _csv("x,y,a,b,c,d,e,f,g,h\n" * 39_000),
}


def peak(kind: str) -> float:
    """MiB above idle while the file is read, in this process and its child together."""
    content = HARD[kind]()
    assert len(content) <= 8 << 20, kind
    Path("/tmp/bench-upload").write_bytes(content)
    del content
    program = [sys.executable, "-m", "bench.uploads", "/tmp/bench-upload"]
    return float(subprocess.run(program, check=True, capture_output=True, text=True).stdout)


def _watched(path: str) -> float:
    read_and_check(BytesIO(score_file(10)))
    idle = _resident(os.getpid())
    most, done = [0], Event()

    def watch() -> None:
        while not done.wait(0.002):
            most[0] = max(most[0], sum(map(_resident, [os.getpid(), *_children()])))

    watcher = Thread(target=watch)
    watcher.start()
    with suppress(NotAWorkbook), Path(path).open("rb") as file:
        URLSafeSerializer("bench").dumps(read_and_check(file))
    done.set()
    watcher.join()
    return (most[0] - idle) / 1024


def _children() -> list[int]:
    with suppress(OSError):
        return [int(each) for each in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def _resident(process: int) -> int:
    """KiB."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
    return 0


@alone("memory of the hardest upload above idle / 64 MiB", 1, unit="MiB")
def memory(_scale: float) -> tuple[float, float]:
    return max(map(peak, HARD)), MOST_MIB


if __name__ == "__main__":
    print(_watched(sys.argv[1]))
