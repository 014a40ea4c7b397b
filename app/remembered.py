"""What becomes of values that come again and again: a column of a million rows has few that differ."""

from collections.abc import Callable
from typing import Any

MOST_KEPT = 1_000


class Remembered(dict[Any, Any]):
    """Asked for a value (`[]`), what `make` makes of it; bounded. Only where equal values become equal things."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> Any:
        if len(self) >= MOST_KEPT:
            self.clear()
        self[value] = made = self._make(value)
        return made
