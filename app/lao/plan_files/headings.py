"""Which sub-heading of the plan period a heading of a plan means, by its number or its name. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from app.lao.plan_files.rules import PlanProblem, ReadLine, mission_number, without_number
from app.uploads.cells import quoted
from app.words import search_key

SubHeadings = Mapping[int, Mapping[str, str]]  # by dimension: name by number
NONE: SubHeadings = {}


def meant(text: str, known: Mapping[str, str]) -> str:
    """The number of the one of `known` that a text means; "" for none, or where number and name mean two."""
    number, words = mission_number(text), search_key(without_number(text))
    named = [each for each, name in known.items() if search_key(name) == words]
    if number in known:
        return number if not named or number in named else ""
    return named[0] if len(named) == 1 else ""


def meant_above(text: str, known: Mapping[str, str]) -> str:
    """The one above, 1.1 of 1.1.3, where only that is known."""
    above = mission_number(text).rpartition(".")[0]
    return above if above in known else ""


def put_sub_headings(lines: Iterable[ReadLine], known: SubHeadings) -> Iterator[PlanProblem]:
    """Say the sub-heading of each line; gives what should be looked at: each heading that is not of the plan period."""
    unknown: dict[tuple[int, str], list[ReadLine]] = {}
    for line in lines:
        dimension = line.said.get("dimension", 0)
        if not line.mission or dimension not in known:
            continue
        number = meant(line.mission, known[dimension])
        if not number:
            unknown.setdefault((dimension, line.mission), []).append(line)
            number = meant_above(line.mission, known[dimension])
        if number:
            line.said["sub_heading"] = number
    for (dimension, text), some in unknown.items():
        above = meant_above(text, known[dimension])
        told = f"ใช้ {above} แทนกับ {len(some):,} รายการ" if above else f"{len(some):,} รายการไม่ได้ระบุหัวข้อย่อย"
        yield PlanProblem(some[0].place, f"{quoted(text)} ไม่ตรงกับหัวข้อย่อยของมิติที่ {dimension}: {told}")
