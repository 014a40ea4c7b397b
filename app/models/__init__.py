"""Tables and enums; no decisions.

How the tables hang together: a report line names its organisation, province, dimension and
whether it counts. Those facts belong to rows further up (organisation → project → project year →
report), and each step is a foreign key over *all* of them with ON UPDATE CASCADE. So
"count by status for one province, year and round" reads one covering index, and the repeated
facts cannot drift: the database itself carries every change down, and refuses a row that differs.
"""

from app.models.accounts import Account, AccountProvince, AccountSession, FailedSignIn, PasswordReset, SecondFactor
from app.models.deeds import DoneDeed
from app.models.exports import ExportJob
from app.models.fixed_rounds import FixedDocument, FixedRound, FixedSum
from app.models.history import HistoryEntry
from app.models.ledger import ActorPseudonym, LogEntry, LogHead, LogMark, LogNode, LogStand
from app.models.mails import DigestRun, MailLog
from app.models.notes import InternalNote
from app.models.plans import (
    Dimension,
    MinimumScore,
    PlanPeriod,
    PlanYear,
    Score,
    ScoreChange,
    SubHeading,
    Window,
    WindowException,
)
from app.models.profiles import Profile
from app.models.projects import Project, ProjectDimension, ProjectYear, RejectionReason, Report
from app.models.proposed import ProposedDeed, ProposedRow
from app.models.registry import District, FormerFacts, Organisation, Province, Succession
from app.models.settings import Setting
from app.models.signs import Sign, SignSearch

__all__ = [
    "Account",
    "AccountProvince",
    "AccountSession",
    "ActorPseudonym",
    "DigestRun",
    "Dimension",
    "District",
    "DoneDeed",
    "ExportJob",
    "FailedSignIn",
    "FixedDocument",
    "FixedRound",
    "FixedSum",
    "FormerFacts",
    "HistoryEntry",
    "InternalNote",
    "LogEntry",
    "LogHead",
    "LogMark",
    "LogNode",
    "LogStand",
    "MailLog",
    "MinimumScore",
    "Organisation",
    "PasswordReset",
    "PlanPeriod",
    "PlanYear",
    "Profile",
    "Project",
    "ProjectDimension",
    "ProjectYear",
    "ProposedDeed",
    "ProposedRow",
    "Province",
    "RejectionReason",
    "Report",
    "Score",
    "ScoreChange",
    "SecondFactor",
    "Setting",
    "Sign",
    "SignSearch",
    "SubHeading",
    "Succession",
    "Window",
    "WindowException",
]
