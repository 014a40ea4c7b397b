"""Finding an LAO's 7-digit code; open to anybody."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.access import public
from app.language import said
from app.listing import MAX_SEARCH, query_of
from app.registry import past, queries, workbooks
from app.registry.finding.index import Finding
from app.registry.finding.queries import KEPT, KeptIndex, find_laos
from app.spreadsheets import excel
from app.web import answer, attachment
from app.words import clean_line

blueprint = Blueprint("registry", __name__)
SHOWN = 50


@blueprint.record_once
def prepare(state: Any) -> None:
    state.app.extensions[KEPT] = KeptIndex()


@dataclass(frozen=True)
class CodeSearch:
    """What the look-up is narrowed to; empty does not narrow."""

    q: str
    province: str
    district: str

    @property
    def query(self) -> str:
        return query_of(self.__dict__)

    def find(self) -> Finding:
        """Nothing was asked, nothing is found: the look-up is no list of all LAOs."""
        asked = bool(self.q or self.province)
        return find_laos(self.q, self.province, self.district) if asked else Finding()


def _code_search() -> CodeSearch:
    """As the address says; a place that is none does not narrow."""
    province = request.args.get("province", "")
    province = province if province in dict(queries.provinces()) else ""
    district = request.args.get("district", "")
    district = district if province and district in dict(queries.districts(province)) else ""
    return CodeSearch(clean_line(request.args.get("q", ""))[:MAX_SEARCH], province, district)


@blueprint.get("/codes")
@public
def codes() -> Response:
    asked = _code_search()
    found = asked.find()
    rows = found.fitting[:SHOWN]
    return answer(
        "registry/codes.html",
        "registry/_codes.html",
        q=asked.q,
        province=asked.province,
        district=asked.district,
        query=asked.query,
        provinces=queries.provinces(),
        districts=queries.districts(asked.province) if asked.province else [],
        asked=bool(asked.q or asked.province),
        rows=rows,
        near=found.near,
        formerly=past.formerly([row.id for row in (*rows, *found.near)]),
        total=len(found.fitting),
    )


@blueprint.get("/codes/table.<any(xlsx, csv):file>")
@public
def code_file(file: str) -> Response:
    rows = _code_search().find().fitting
    found = workbooks.code_list(rows, past.formerly([row.id for row in rows]))
    return attachment(said("รหัสผู้ใช้งาน อปท."), file, excel.file_content(file, found))
