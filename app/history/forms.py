"""What narrows a history, as it is typed."""

from collections.abc import Mapping

from app.fields import Form
from app.history.rules import HistoryFilter
from app.listing import number
from app.models.enums import Entity, Role
from app.moments import DAY_BEGINS, DAY_ENDS, MomentField

OF_AN_LAO = (
    *(Entity.PROJECT, Entity.REPORT, Entity.SIGN, Entity.FIXED_ROUND, Entity.SENT_ROUND, Entity.PLAN_YEAR),
    *(Entity.SCORES, Entity.SCORE_CHANGE, Entity.PROFILE, Entity.ACCOUNT, Entity.ORGANISATION, Entity.WINDOW),
    *(Entity.MAIL, Entity.SETTING),
)
OF_THE_ADMINISTRATION = (
    *(Entity.WINDOW, Entity.ACCOUNT, Entity.ORGANISATION, Entity.REGISTRY, Entity.PLAN_PERIOD, Entity.DIMENSION),
    *(Entity.REJECTION_REASON, Entity.MINIMUM_SCORE, Entity.SETTING, Entity.PROJECT, Entity.FIXED_ROUND),
)


class HistoryFilterForm(Form):
    since = MomentField("ตั้งแต่วันที่", by_day=DAY_BEGINS)
    until = MomentField("ถึงวันที่", by_day=DAY_ENDS)

    def asked(self, args: Mapping[str, str]) -> HistoryFilter:
        """The filter an address asks for; a day that cannot be read does not narrow, and is said beside its field."""
        self.validate()
        role, entity = args.get("role", ""), args.get("entity", "")
        return HistoryFilter(
            since=self.since.data,
            until=self.until.data,
            role=role if role in set(Role) else "",
            entity=entity if entity in set(Entity) else "",
            project=number(args.get("project", ""), 0) or None,
        )
