"""What each field of the desk's forms takes: its label, whether it must be filled, how long or high it may be.

What stands in `screens/forms.txt` was read by a person once; READ_ANEW=1 writes it anew.
"""

from enum import Enum
from pathlib import Path
from typing import Any

from tests.house.test_amounts import all_forms, fields_of
from tests.nacc.reading import differing

SCREENS = Path(__file__).parent / "screens"


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "/".join(_plain(each[0] if isinstance(each, tuple) else each) for each in value)
    if isinstance(value, Enum):
        return str(value.value)
    if not type(value).__module__.startswith(("app.", "wtforms.")):
        return str(value)
    return f"{type(value).__name__}({', '.join(map(_plain, vars(value).values()))})"


def _line(name: str, field: Any) -> str:
    told = ", ".join(f"{key}={_plain(value)}" for key, value in sorted(field.kwargs.items()) if not callable(value))
    return f"  {name}: {field.field_class.__name__} {' '.join(map(_plain, field.args))} {told}".rstrip()


def test_what_each_field_takes_is_as_it_was_read() -> None:
    forms = {form.__qualname__: form for form in all_forms() if form.__module__.startswith("app.nacc.")}
    told = ""
    for name, form in sorted(forms.items()):
        told += f"{name}\n" + "".join(f"{_line(*each)}\n" for each in sorted(fields_of(form).items()))
    found = differing(SCREENS / "forms.txt", told)
    assert not found, "\n".join(found)
