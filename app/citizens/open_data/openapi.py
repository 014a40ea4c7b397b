"""The OpenAPI 3.1 document, made from the data sets and their parameters: it cannot say anything else than the code."""

from typing import Any

from app.citizens.open_data.datasets import BY_SLUG, CHANGELOG, VERSION
from app.citizens.open_data.rules import DECIMAL, MOST_IN_A_FILE, Dataset, Field, Parameter, Type
from app.language import english_of

PREFIX = "/api/v1"
LICENCE = {"name": "Creative Commons Attribution 4.0 International", "identifier": "CC-BY-4.0"}
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
ABOUT = (
    "Anti-corruption plans of Thailand's local governments: what they planned, reported and reached. "
    "Read only, open to all, without a key. Money, scores and percents are decimal strings; years are fiscal years of "
    "the Buddhist era; moments are UTC. A page has at least one row while there are any left, and can be shorter than "
    "its limit: follow `next` (or the Link header) until there is none. A file (.csv, .xlsx) holds every row that fits "
    f"its filters; above {MOST_IN_A_FILE:,} rows it is refused (422). Whole data sets stand as files on /open-data."
)
FILES = {
    "csv": ("text/csv", "UTF-8 with a byte order mark, comma, CRLF, quoted as RFC 4180 has it"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel"),
}
PROBLEM = {
    "type": "object",
    "description": "An error, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail", "detail_th"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, in English"},
        "detail_th": {"type": "string", "description": "What is wrong, in Thai"},
        "parameter": {"type": "string", "description": "The parameter that is wrong"},
        "file": {"type": "string", "format": "uri", "description": "Where the whole table is, for a file too long"},
        "name": {"type": "string", "description": "What was deleted (410)"},
        "deleted_at": {"type": "string", "format": "date-time", "description": "When it was deleted (410)"},
        "deleted_by": {"type": "string", "description": "By which LAO or office it was deleted (410)"},
        "reason": {"type": "string", "description": "Why it was deleted (410)"},
    },
    "examples": [
        {
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "detail": "Must be a whole number from 1 to 1000.",
            "detail_th": "ต้องเป็นจำนวนเต็มตั้งแต่ 1 ถึง 1000",
            "parameter": "limit",
        }
    ],
}
HEADERS: dict[str, Any] = {
    "ETag": {"description": "Strong: send it back as If-None-Match", "schema": {"type": "string"}},
    "Last-Modified": {"description": "When anything was changed last", "schema": {"type": "string"}},
}
LINK = {"Link": {"description": '<…>; rel="next", where there is a next page', "schema": {"type": "string"}}}
SHAPES: dict[Type, dict[str, Any]] = {
    Type.INTEGER: {"type": "integer"},
    Type.TEXT: {"type": "string"},
    Type.CHOICE: {"type": "string"},
    Type.DECIMAL: {"type": "string", "pattern": DECIMAL},
    Type.MOMENT: {"type": "string", "format": "date-time"},
    Type.BOOLEAN: {"type": "boolean"},
    Type.INTEGERS: {"type": "array", "items": {"type": "integer"}},
    Type.CODES: {"type": "array", "items": {"type": "string"}},
}


def document(server: str) -> dict[str, Any]:
    """The whole document; `server` is the address of this site."""
    schemas: dict[str, Any] = {"Problem": PROBLEM}
    paths: dict[str, Any] = {"/": _index()}
    for dataset in BY_SLUG.values():
        schemas[dataset.row_schema] = row_schema(dataset.fields)
        schemas[f"{dataset.row_schema}Page"] = _page_schema(dataset)
        paths[f"/{dataset.slug}"] = _listing(dataset)
        for ending, (mimetype, description) in FILES.items():
            paths[f"/{dataset.slug}.{ending}"] = _file(dataset, ending, mimetype, description)
        if dataset.one:
            paths[f"/{dataset.slug}/{{{dataset.one.name}}}"] = _one(dataset, dataset.one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "e-PlanNACC open data",
            "version": VERSION,
            "description": ABOUT,
            "license": LICENCE,
            "x-changelog": [{"version": number, "date": day, "th": th, "en": en} for number, day, th, en in CHANGELOG],
        },
        "servers": [{"url": server + PREFIX}],
        "tags": [{"name": each.name, "description": each.description_en} for each in BY_SLUG.values()],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def row_schema(fields: tuple[Field, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [each.name for each in fields],
        "properties": {each.name: _field(each) for each in fields},
        "examples": [{each.name: each.example for each in fields}],
    }


def _field(field: Field) -> dict[str, Any]:
    about = " ".join(filter(None, (field.description, f"({field.unit})" if field.unit else "")))
    schema: dict[str, Any] = {"title": field.title, "x-title-en": english_of(field.title)}
    schema |= {"description": about} if about else {}
    if field.type is Type.NESTED:
        return {**schema, "type": "array", "items": row_schema(field.nested)}
    schema |= SHAPES[field.type]
    if field.pattern:
        schema["pattern"] = field.pattern
    if field.values:
        schema["enum"] = list(field.values)
    if field.optional:
        schema["type"] = [schema["type"], "null"]
        if field.values:
            schema["enum"].append(None)
    return schema | {"examples": [field.example]}


def _page_schema(dataset: Dataset) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["data", "next"],
        "properties": {
            "data": {"type": "array", "items": _ref(dataset.row_schema)},
            "next": {"type": ["string", "null"], "description": "Address of the next page; null: this is the last"},
        },
    }


def _parameter(parameter: Parameter, place: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer" if parameter.is_number else "string"}
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    if parameter.pattern:
        schema["pattern"] = parameter.pattern
    limits = {"minimum": parameter.least, "maximum": parameter.most, "maxLength": parameter.longest}
    schema |= {name: limit for name, limit in limits.items() if limit is not None}
    if parameter.longest is not None:
        schema["minLength"] = 1
    if parameter.default is not None:
        schema["default"] = parameter.default
    return {
        "name": parameter.name,
        "in": place,
        "required": parameter.required or place == "path",
        "description": f"{parameter.description} – {english_of(parameter.description)}",
        "schema": schema,
        "example": parameter.example,
    }


def _listing(dataset: Dataset) -> dict[str, Any]:
    content = {"application/json": {"schema": _ref(f"{dataset.row_schema}Page")}}
    answer = {"description": "One page of the rows", "headers": HEADERS | LINK, "content": content}
    about = f"{dataset.title} – {dataset.description_en}"
    return _get(dataset, f"list_{dataset.name}", about, dataset.parameters, {"200": answer})


def _file(dataset: Dataset, ending: str, mimetype: str, description: str) -> dict[str, Any]:
    content = {mimetype: {"schema": {"type": "string"}}}
    answers = {
        "200": {"description": "Every row that fits the filters", "headers": HEADERS, "content": content},
        "422": _problem(f"More than {MOST_IN_A_FILE:,} rows; `file` says where the whole table is"),
    }
    return _get(dataset, f"{ending}_{dataset.name}", f"{dataset.title} – {description}", dataset.filters, answers)


def _get(
    dataset: Dataset, name: str, summary: str, parameters: tuple[Parameter, ...], answers: dict[str, Any]
) -> dict[str, Any]:
    answers = answers | {
        "304": {"description": "Nothing new since the ETag that was sent"},
        "400": _problem("A parameter that cannot be read"),
    }
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "tags": [dataset.name],
            "parameters": [_parameter(each, "query") for each in parameters],
            "responses": answers,
        }
    }


def _one(dataset: Dataset, parameter: Parameter) -> dict[str, Any]:
    schema = {"type": "object", "required": ["data"], "properties": {"data": _ref(dataset.row_schema)}}
    answers = {
        "200": {"description": "The row", "headers": HEADERS, "content": {"application/json": {"schema": schema}}},
        "304": {"description": "Nothing new since the ETag that was sent"},
        "400": _problem("This address takes no parameters"),
        "404": _problem("There is none"),
    }
    if dataset.name == "projects":
        answers["410"] = _problem("It was deleted: its name, when, by whom and why are left")
    return {
        "get": {
            "operationId": f"one_{dataset.title_en.replace(' ', '_')}",
            "summary": f"{dataset.title}: {parameter.description}",
            "tags": [dataset.name],
            "parameters": [_parameter(parameter, "path")],
            "responses": answers,
        }
    }


def _index() -> dict[str, Any]:
    data_set = {"type": "object", "required": ["name", "title", "url"], "properties": {"url": {"type": "string"}}}
    schema = {"type": "object", "properties": {"datasets": {"type": "array", "items": data_set}}}
    content = {"application/json": {"schema": schema}}
    answers = {
        "200": {"description": "What there is", "headers": HEADERS, "content": content},
        "304": {"description": "Nothing new since the ETag that was sent"},
        "400": _problem("This address takes no parameters"),
    }
    return {"get": {"operationId": "index", "summary": "ชุดข้อมูลทั้งหมด – every data set", "responses": answers}}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": _ref("Problem")}}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
