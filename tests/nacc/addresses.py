"""Where the screens of the desk stand, in the busy world."""

from tests.factories import YEAR
from tests.nacc.busy import Busy

YEAR_AND_ROUND = f"year={YEAR}&round=6"


def officers_screens(busy: Busy) -> dict[str, dict[str, str]]:
    """By what they are about: name and address."""
    lao, scored, published = busy.crowd.ids("6900801", "6960101", "6900101")
    made, ids = busy.projects, {code: who.own_organisation_id for code, who in busy.crowd.laos.items()}
    return {
        "projects": {
            "day": f"/nacc?year={YEAR}",
            "deeds": "/nacc/deeds",
            "review": "/nacc/review",
            "review_rejected": "/nacc/review?status=rejected",
            "review_narrowed": f"/nacc/review?year={YEAR}&province=90&district=9008&dimension=1&again=1&days=2&q=ส่งกลับ",
            "project_sent_back": f"/nacc/review/{made['ส่งกลับ']}",
            "project_whole": f"/nacc/review/{made['ครบ']}",
            "project_rejected": f"/nacc/review/{made['ปฏิเสธแล้ว']}?status=rejected",
            "project_proposed": "/nacc/review/5",
            "review_many": "/nacc/review/many?all=1",
            "review_file": "/nacc/review/table.csv",
            "note_project": f"/nacc/notes/projects/{made['ส่งกลับ']}",
            "note_lao": f"/nacc/notes/organisations/{lao}",
        },
        "plans": {
            "plan_years": f"/nacc/plan-years?year={YEAR}",
            "plan_years_failed": f"/nacc/plan-years?year={YEAR}&status=failed&province=90",
            "plan_years_many": f"/nacc/plan-years/many?year={YEAR}&all=1",
            "plan_years_file": f"/nacc/plan-years/table.csv?year={YEAR}",
            "plan_years_upload": f"/nacc/plan-years/file?year={YEAR}&province=90",
            "scores": f"/nacc/scores?year={YEAR}",
            "scores_one": f"/nacc/scores/{scored}/{YEAR}",
            "scores_published": f"/nacc/scores/{published}/{YEAR}",
            "scores_closed": f"/nacc/scores/{lao}/{YEAR}",
            "scores_changes": "/nacc/scores/changes",
            "scores_close": f"/nacc/scores/close?year={YEAR}",
            "scores_publish": f"/nacc/scores/publish?year={YEAR}",
            "scores_file": f"/nacc/scores/table.csv?year={YEAR}",
            "scores_upload": f"/nacc/scores/file?year={YEAR}&province=90",
            "scores_proposals": f"/nacc/scores/proposals?year={YEAR}",
        },
        "laos": {
            "waiting": f"/nacc/waiting?{YEAR_AND_ROUND}&state=all",
            "waiting_twelve": f"/nacc/waiting?year={YEAR}&round=12",
            "waiting_many": f"/nacc/waiting/many?{YEAR_AND_ROUND}&state=all&all=1",
            "waiting_file": f"/nacc/waiting/table.csv?{YEAR_AND_ROUND}&state=all",
            "mails": "/nacc/waiting/mails",
            "mails_failed": "/nacc/waiting/mails?state=failed",
            "mails_sent": "/nacc/waiting/mails?state=sent",
            "accounts": "/nacc/accounts",
            "accounts_locked": "/nacc/accounts?state=locked&province=90",
            "accounts_codes": "/nacc/accounts/codes",
            "accounts_one": f"/nacc/accounts/{lao}",
            "accounts_one_locked": f"/nacc/accounts/{ids['6900102']}",
            "accounts_one_opened": f"/nacc/accounts/{published}",
            "accounts_one_new": f"/nacc/accounts/{ids['6900103']}",
            "accounts_file": "/nacc/accounts/table.csv",
            "signs": f"/nacc/signs?{YEAR_AND_ROUND}",
            "signs_asked": f"/nacc/signs?{YEAR_AND_ROUND}&state=asked",
            "signs_one": "/nacc/signs/1",
            "signs_many": f"/nacc/signs/many?{YEAR_AND_ROUND}&all=1",
            "signs_file": f"/nacc/signs/table.csv?{YEAR_AND_ROUND}",
            "exports": "/reports/exports",
        },
    }


def administrators_screens(busy: Busy) -> dict[str, str]:
    (lao,) = busy.crowd.ids("6900801")
    given = f"{lao}/{YEAR}/12"
    return {
        "day": f"/nacc?year={YEAR}",
        "deeds": "/nacc/deeds",
        "administration": "/nacc/admin",
        "failed_sign_ins": "/nacc/admin/failed-sign-ins",
        "reasons": "/nacc/admin/reasons",
        "contact": "/nacc/admin/contact",
        "second_person": "/nacc/admin/second-person",
        "deleted": "/nacc/admin/deleted",
        "deleted_narrowed": "/nacc/admin/deleted?q=6900801",
        "staff": "/nacc/admin/staff",
        "staff_member": f"/nacc/admin/staff/{busy.crowd.officer.account_id}",
        "windows": "/nacc/admin/windows",
        "window": f"/nacc/admin/windows/{YEAR}/12",
        "more_time": f"/nacc/admin/windows/more-time/{given}",
        "periods": "/nacc/admin/periods",
        "period": "/nacc/admin/periods/1",
        "dimension": "/nacc/admin/periods/1/2",
        "black_out": f"/nacc/admin/black-out/{busy.projects['ครบ']}",
        "registry": "/nacc/admin/registry",
        "registry_one": "/nacc/admin/registry/6900801",
        "succession": "/nacc/admin/registry/6900801/succession",
        "scores_proposals": f"/nacc/scores/proposals?year={YEAR}",
    }
