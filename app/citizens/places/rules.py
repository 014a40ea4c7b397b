"""Places results are told for: the country, NACC's regions, provinces, districts and LAOs."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.language import said
from app.models.enums import OrganisationType, PlaceKind
from app.registry.rules import whole_name


@dataclass(frozen=True)
class Place:
    """One place, with the larger ones it lies in, the country first.

    `province_codes` are all provinces it has a part in; `id` and `type` are those of an LAO.
    """

    kind: PlaceKind
    code: str
    name: str
    province_codes: tuple[str, ...]
    parents: tuple["Place", ...] = ()
    id: int = 0
    type: OrganisationType | None = None

    @property
    def path(self) -> str:
        """Its address below that of the country; the country's own is empty."""
        return path_of(self.kind, self.code)

    @property
    def one_province(self) -> str:
        """The province of a place that lies in one."""
        return self.province_codes[0]

    @property
    def whole_name(self) -> str:
        """An LAO with its district and province; any other place is its name."""
        if self.type is None:
            return self.name
        larger = {each.kind: each.name for each in self.parents}
        return whole_name(self.name, self.type, larger.get(PlaceKind.DISTRICT, ""), larger[PlaceKind.PROVINCE])


def path_of(kind: PlaceKind, code: str) -> str:
    """The address of a place below that of the country; the country's own is empty."""
    return "" if kind is PlaceKind.COUNTRY else f"/{kind.value}/{code}"


def is_code(text: str) -> bool:
    """Whether `text` can be the code of a place at all: what else an address brings never reaches the database."""
    return text.isascii() and text.isdecimal()


_KIND_BY_LETTERS = {1: PlaceKind.REGION, 2: PlaceKind.PROVINCE, 4: PlaceKind.DISTRICT, 7: PlaceKind.ORGANISATION}
MOST_BESIDE = 4


def kind_of(code: str) -> PlaceKind | None:
    """What kind of place has codes as long as this one; None where it can be no code."""
    return _KIND_BY_LETTERS.get(len(code)) if is_code(code) else None


def codes_of(text: str) -> list[str]:
    """The codes of an address that holds places beside each other, each once; what can be none is left out."""
    return list(dict.fromkeys(code for code in text.split(",") if kind_of(code)))[:MOST_BESIDE]


def in_address(codes: Iterable[str]) -> str | None:
    """Places beside each other as an address holds them; None for no place."""
    return ",".join(codes) or None


def region_name(number: int | None) -> str:
    return said("ภาค {number}", number=number) if number else said("ส่วนกลาง")
