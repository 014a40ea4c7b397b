"""Reading the parameters of an address, as the data set declares them. What does not fit is told, never guessed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.citizens.open_data.parts import AFTER, LIMIT
from app.citizens.open_data.rules import Parameter
from app.words import clean_line

WHOLE = re.compile("0|[1-9][0-9]{0,8}")


class BadParameter(Exception):
    """One parameter that cannot be read: its name, and a sentence each in Thai and in English."""

    def __init__(self, name: str, thai: str, english: str) -> None:
        super().__init__(english)
        self.name, self.thai, self.english = name, thai, english


def asked(parameters: Sequence[Parameter], args: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What is asked for, by parameter, with defaults; what was not given is missing. Raises BadParameter."""
    known = {each.name: each for each in parameters}
    for name, values in args.items():
        if name not in known:
            names = ", ".join(known)
            raise BadParameter(name, f"ไม่รู้จักพารามิเตอร์นี้ ที่ใช้ได้คือ {names}", f"Unknown parameter; known are {names}.")
        if len(values) > 1:
            raise BadParameter(name, "ใส่พารามิเตอร์นี้ได้เพียงครั้งเดียว", "This parameter can be given only once.")
    found: dict[str, Any] = {}
    for name, parameter in known.items():
        if name in args:
            found[name] = value_of(parameter, args[name][0])
        elif parameter.required:
            raise BadParameter(name, "ต้องระบุพารามิเตอร์นี้", "This parameter is required.")
        elif parameter.default is not None:
            found[name] = parameter.default
    return found


def after(found: Mapping[str, Any]) -> tuple[int, ...]:
    """The key in `after`; () for the first page."""
    return tuple(int(part) for part in found[AFTER.name].split(".")) if AFTER.name in found else ()


def limit(found: Mapping[str, Any]) -> int:
    return int(found[LIMIT.name])


def value_of(parameter: Parameter, typed: str) -> Any:
    """What was typed as the parameter has it. Raises BadParameter."""
    if parameter.is_number:
        return _asked_number(parameter, typed)
    if parameter.choices and typed not in parameter.choices:
        raise _no_choice(parameter)
    if parameter.pattern and not re.fullmatch(parameter.pattern, typed, re.ASCII):
        form = f"{parameter.description} เช่น {parameter.example}"
        raise BadParameter(
            parameter.name, form, f"Does not match {parameter.pattern}, for example {parameter.example}."
        )
    if parameter.longest is not None:
        return _words(parameter, typed)
    return typed


def _asked_number(parameter: Parameter, typed: str) -> int:
    number = int(typed) if WHOLE.fullmatch(typed) else None
    if parameter.choices and number not in parameter.choices:
        raise _no_choice(parameter)
    least, most = parameter.least or 0, parameter.most or 2**31 - 1
    if number is None or not least <= number <= most:
        raise BadParameter(
            parameter.name,
            f"ต้องเป็นจำนวนเต็มตั้งแต่ {least} ถึง {most}",
            f"Must be a whole number from {least} to {most}.",
        )
    return number


def _no_choice(parameter: Parameter) -> BadParameter:
    values = ", ".join(map(str, parameter.choices))
    return BadParameter(parameter.name, f"ต้องเป็นค่าใดค่าหนึ่งต่อไปนี้ {values}", f"Must be one of {values}.")


def _words(parameter: Parameter, typed: str) -> str:
    if not 0 < len(typed) <= (parameter.longest or 0):
        raise BadParameter(
            parameter.name,
            f"ต้องมี 1 ถึง {parameter.longest} ตัวอักษร",
            f"Must have 1 to {parameter.longest} characters.",
        )
    return clean_line(typed).lower()
