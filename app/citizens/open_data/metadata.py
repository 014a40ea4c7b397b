"""What stands beside the files: the data package, the catalogue entry, the changelog. All made from the data sets.

The catalogue entry has the 14 fields that Thailand's government data catalogue (data.go.th, GD Catalog) asks of every
data set, under the names its form has them, next to the same things in DCAT.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.citizens.open_data.datasets import CHANGELOG, DATASETS, VERSION
from app.citizens.open_data.openapi import LICENCE, LICENCE_URL, PREFIX
from app.citizens.open_data.rules import MOMENT, Dataset, Field, Type, moment, values_of
from app.clock import BANGKOK, BUDDHIST_OFFSET
from app.language import english_of
from app.models.enums import Round

NAME = "e-plannacc"
TITLE = "แผนปฏิบัติการป้องกันการทุจริตขององค์กรปกครองส่วนท้องถิ่น: แผน รายงาน และผลการดำเนินงาน"
DESCRIPTION = (
    "โครงการตามแผนปฏิบัติการป้องกันการทุจริตของ อปท. ทุกแห่ง ผลการพิจารณาของ ป.ป.ช. "
    f"รายงานผลรอบ {' และ '.join(map(str, values_of(Round)))} เดือน "
    "และผลรวมของประเทศ ภาค จังหวัด อำเภอ และ อปท. ไม่มีข้อมูลส่วนบุคคลของผู้ประสานงาน"
)
PUBLISHER = "สำนักงานคณะกรรมการป้องกันและปราบปรามการทุจริตแห่งชาติ"
KEYWORDS = ("ป้องกันการทุจริต", "องค์กรปกครองส่วนท้องถิ่น", "อปท.", "ป.ป.ช.", "แผนปฏิบัติการ", "งบประมาณ", "e-PlanNACC")
SOURCES = (
    {"title": "ทะเบียน อปท. กรมส่งเสริมการปกครองท้องถิ่น (dlads_05_01, 9 พฤศจิกายน 2566), Open Data Common"},
    {"title": "ชื่อและรหัสจังหวัดและอำเภอ: geothai 3.2.1, CC BY 4.0, © 2026 Pongsakorn Thipayanate"},
    {"title": "แผนและรายงานที่ อปท. บันทึก และผลการพิจารณาของ ป.ป.ช. ในระบบ e-PlanNACC"},
)
MIMETYPES = {
    "csv.gz": "text/csv",
    "jsonl.gz": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TABLE_TYPES = {
    Type.INTEGER: "integer",
    Type.DECIMAL: "number",
    Type.MOMENT: "datetime",
    Type.BOOLEAN: "boolean",
}
LISTS = {Type.INTEGERS: "^[0-9]+(;[0-9]+)*$", Type.CODES: "^[0-9]{7}(;[0-9]{7})*$"}


@dataclass(frozen=True)
class Publication:
    """Where it is published, whom to ask, and what moment the data are of."""

    public_url: str
    contact: str
    email: str
    at: datetime

    @property
    def day(self) -> str:
        """The Thai day of the data, in the Buddhist era: 2569-11-22. It names the folder."""
        local = self.at.astimezone(BANGKOK)
        return f"{local.year + BUDDHIST_OFFSET:04}-{local:%m-%d}"

    @property
    def address(self) -> str:
        return f"{self.public_url}/open-data/{self.day}"


@dataclass(frozen=True)
class Made:
    """A file as it was written."""

    name: str
    size: int
    sha256: str

    @property
    def dataset(self) -> str:
        return self.name.split(".")[0]

    @property
    def ending(self) -> str:
        return self.name.split(".", 1)[1]


def datapackage(about: Publication, files: Sequence[Made], numbers: Mapping[str, int]) -> dict[str, Any]:
    """The Frictionless Data Package of the CSV files; the other files are named beside them."""
    by_name = {each.name: each for each in files}
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "id": about.address,
        "title": TITLE,
        "description": DESCRIPTION,
        "homepage": f"{about.public_url}/open-data",
        "version": VERSION,
        "created": moment(about.at),
        "licenses": [{"name": LICENCE["identifier"], "title": LICENCE["name"], "path": LICENCE_URL}],
        "sources": list(SOURCES),
        "contributors": [{"title": PUBLISHER, "role": "publisher"}],
        "keywords": list(KEYWORDS),
        "resources": [_resource(each, by_name, numbers[each.name]) for each in DATASETS.values()],
    }


def _resource(dataset: Dataset, files: Mapping[str, Made], rows: int) -> dict[str, Any]:
    csv = files[f"{dataset.name}.csv.gz"]
    others = [each for each in files.values() if each.dataset == dataset.name and each is not csv]
    return {
        "profile": "tabular-data-resource",
        "name": dataset.name,
        "title": dataset.title,
        "description": dataset.description,
        "path": csv.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "compression": "gz",
        "bytes": csv.size,
        "hash": f"sha256:{csv.sha256}",
        "rows": rows,
        "alternatives": [{"path": each.name, "bytes": each.size, "hash": f"sha256:{each.sha256}"} for each in others],
        "schema": table_schema(dataset),
    }


def table_schema(dataset: Dataset) -> dict[str, Any]:
    """The Table Schema of the CSV file."""
    foreign = [
        {"fields": list(fields), "reference": {"resource": other, "fields": list(others)}}
        for fields, (other, others) in dataset.refers.items()
    ]
    return {
        "fields": [_table_field(each) for each in dataset.columns],
        "primaryKey": list(dataset.key),
        "missingValues": [""],
        **({"foreignKeys": foreign} if foreign else {}),
    }


def _table_field(field: Field) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    lists = LISTS.get(field.type)
    if not field.optional and not lists:
        constraints["required"] = True
    if field.values:
        constraints["enum"] = list(field.values)
    if pattern := lists or field.pattern:
        constraints["pattern"] = pattern
    told = {"name": field.name, "type": TABLE_TYPES.get(field.type, "string"), "title": field.title}
    told["title_en"] = english_of(field.title)
    for name, value in (("description", field.description), ("unit", field.unit), ("constraints", constraints)):
        if value:
            told |= {name: value}  # type: ignore[dict-item]
    return told


def catalogue_fields(about: Publication) -> dict[str, tuple[str, Any]]:
    """Thailand's 14 fields: name in the catalogue's form → (its Thai label, our value)."""
    return {
        "data_type": ("ประเภทชุดข้อมูล", "ข้อมูลหลากหลายประเภท"),
        "title": ("ชื่อชุดข้อมูล", TITLE),
        "owner_org": ("องค์กร", PUBLISHER),
        "maintainer": ("ชื่อผู้ติดต่อ", about.contact),
        "maintainer_email": ("อีเมลผู้ติดต่อ", about.email),
        "tag_string": ("คำสำคัญ", list(KEYWORDS)),
        "notes": ("รายละเอียด", DESCRIPTION),
        "objective": ("วัตถุประสงค์", ["พันธกิจหน่วยงาน", "เพื่อการให้บริการประชาชน"]),
        "update_frequency_unit": ("หน่วยความถี่ของการปรับปรุงข้อมูล", "วัน"),
        "geo_coverage": ("ขอบเขตเชิงภูมิศาสตร์หรือเชิงพื้นที่", "เทศบาล/อบต."),
        "data_source": ("แหล่งที่มา", "; ".join(each["title"] for each in SOURCES)),
        "data_format": ("รูปแบบการเก็บข้อมูล", ["CSV", "JSON", "XLS"]),
        "data_category": ("หมวดหมู่ข้อมูลตามธรรมาภิบาลข้อมูลภาครัฐ", "ข้อมูลสาธารณะ"),
        "license_id": ("สัญญาอนุญาตให้ใช้ข้อมูล", "Creative Commons Attributions"),
    }


def catalogue(about: Publication, files: Sequence[Made]) -> dict[str, Any]:
    """The entry for a data catalogue: DCAT as JSON-LD, with the fields of Thailand's catalogue."""
    site = f"{about.public_url}/open-data"
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            "th": f"{site}#",
        },
        "@id": site,
        "@type": "dcat:Dataset",
        "dct:title": {"@value": TITLE, "@language": "th"},
        "dct:description": {"@value": DESCRIPTION, "@language": "th"},
        "dct:identifier": about.address,
        "dct:language": "th",
        "dct:license": {"@id": LICENCE_URL},
        "dct:accessRights": {"@id": "http://publications.europa.eu/resource/authority/access-right/PUBLIC"},
        "dct:accrualPeriodicity": {"@id": "http://publications.europa.eu/resource/authority/frequency/DAILY"},
        "dct:spatial": {"@id": "http://publications.europa.eu/resource/authority/country/THA"},
        "dct:modified": {"@value": moment(about.at), "@type": "xsd:dateTime"},
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": PUBLISHER},
        "dct:source": [each["title"] for each in SOURCES],
        "dcat:version": VERSION,
        "dcat:keyword": list(KEYWORDS),
        "dcat:landingPage": {"@id": site},
        "dcat:contactPoint": {
            "@type": "vcard:Organization",
            "vcard:fn": about.contact,
            "vcard:hasEmail": {"@id": f"mailto:{about.email}"},
        },
        **{f"th:{name}": value for name, (_label, value) in catalogue_fields(about).items()},
        "dcat:distribution": [*(_distribution(about, each) for each in files), _service(about)],
    }


def _distribution(about: Publication, file: Made) -> dict[str, Any]:
    dataset = DATASETS[file.dataset]
    told: dict[str, Any] = {
        "@type": "dcat:Distribution",
        "dct:title": {"@value": f"{dataset.title} ({file.ending})", "@language": "th"},
        "dcat:downloadURL": {"@id": f"{about.address}/{file.name}"},
        "dcat:mediaType": MIMETYPES[file.ending],
        "dcat:byteSize": file.size,
        "dct:license": {"@id": LICENCE_URL},
        "spdx:checksum": {
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": file.sha256,
        },
    }
    if file.ending.endswith(".gz"):
        told["dcat:compressFormat"] = "application/gzip"
    return told


def _service(about: Publication) -> dict[str, Any]:
    return {
        "@type": "dcat:Distribution",
        "dct:title": {"@value": "API", "@language": "en"},
        "dcat:accessURL": {"@id": f"{about.public_url}{PREFIX}/"},
        "dcat:accessService": {
            "@type": "dcat:DataService",
            "dcat:endpointURL": {"@id": f"{about.public_url}{PREFIX}/"},
            "dcat:endpointDescription": {"@id": f"{about.public_url}{PREFIX}/openapi.json"},
        },
        "dct:license": {"@id": LICENCE_URL},
    }


def changelog() -> str:
    """The changelog of the schema, newest first, in Thai and in English."""
    lines = [f"## {number} – {day}\n\n{thai}\n\n{english}\n" for number, day, thai, english in CHANGELOG]
    return "\n".join(["# Changes of the schema\n", *lines])


def moment_of(package: Mapping[str, Any]) -> datetime:
    """The moment a data package is of."""
    return datetime.strptime(f"{package['created']}+0000", f"{MOMENT}%z")
