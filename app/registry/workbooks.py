"""The look-up of codes as a file."""

from collections.abc import Sequence

from app.excel import Column, Table
from app.registry.queries import ListedOrganisation

COLUMNS = (
    Column("รหัสผู้ใช้งาน", 14, explain="รหัส 7 หลัก (รหัส info) ใช้เป็นชื่อผู้ใช้เมื่อเข้าสู่ระบบ"),
    Column("ชื่อ อปท.", 50),
    Column("ประเภท", 26),
    Column("อำเภอ", 22),
    Column("จังหวัด", 22),
)


def code_list(found: Sequence[ListedOrganisation]) -> Table:
    rows = ((row.code, row.name, row.type.label, row.district, row.province) for row in found)
    return Table("รหัส", ("รหัสผู้ใช้งาน Username ของ อปท.",), COLUMNS, rows)
