"""Finding an LAO's 7-digit code; open to anybody."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.access import public
from app.listing import MAX_SEARCH
from app.registry import queries
from app.web import answer
from app.words import clean_line

blueprint = Blueprint("registry", __name__)
SHOWN = 50


@blueprint.get("/codes")
@public
def codes() -> Response:
    q = clean_line(request.args.get("q", ""))[:MAX_SEARCH]
    provinces = queries.provinces()
    province = request.args.get("province", "")
    province = province if province in dict(provinces) else ""
    districts = queries.districts(province) if province else []
    district = request.args.get("district", "")
    district = district if district in dict(districts) else ""
    asked = bool(q or province)
    rows, total = queries.search(q, province or None, district or None, SHOWN) if asked else ([], 0)
    return answer(
        "registry/codes.html",
        "registry/_codes.html",
        q=q,
        province=province,
        district=district,
        provinces=provinces,
        districts=districts,
        asked=asked,
        rows=rows,
        total=total,
    )
