"""What the data sets say of themselves, for the catalogue of translations: pybabel asks `of_datasets` (babel.cfg).

Their descriptions stand in English beside the Thai already, and examples are data: neither is translated.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

from app.citizens.open_data.datasets import DATASETS
from app.citizens.open_data.metadata import SOURCES, Publication, catalogue_fields
from app.citizens.open_data.rules import IN_THAI, Field, Parameter
from app.language import THAI_LETTER
from app.sentences import Message


def of_datasets(_file: IO[bytes], _keywords: Any, _tags: Any, options: Any) -> Iterator[Message]:
    for text in dict.fromkeys(_said()):
        if THAI_LETTER.search(text):
            yield 1, "", text, []


def _said() -> Iterator[str]:
    for each in DATASETS.values():
        yield each.title
        told: tuple[Field | Parameter, ...] = (*each.fields, *each.parameters, *((each.one,) if each.one else ()))
        for one in told:
            yield from (one.title, one.description, getattr(one, "unit", ""))
    yield from IN_THAI.values()
    yield from (each["title"] for each in SOURCES)
    for label, value in catalogue_fields(Publication("", "", "", datetime.now(UTC))).values():
        yield label
        yield from [value] if isinstance(value, str) else value
