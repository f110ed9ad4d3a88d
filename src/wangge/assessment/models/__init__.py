"""The tables of the assessment: what is measured, who, in which month, with what result, and what is disputed."""

from wangge.assessment.models.appeals import Appeal, AppealNotice, AppealTransition, Evaluation, Rectification
from wangge.assessment.models.definitions import AssessmentRules, Definition, Scheme, SchemeItem
from wangge.assessment.models.packs import Pack
from wangge.assessment.models.periods import Period, PeriodTransition, Unit
from wangge.assessment.models.results import Adjustment, Figure, Round, Score, Trace
from wangge.assessment.models.workers import WorkerItem, WorkerLine, WorkerSheet

__all__ = [
    "Adjustment",
    "Appeal",
    "AppealNotice",
    "AppealTransition",
    "AssessmentRules",
    "Definition",
    "Evaluation",
    "Figure",
    "Pack",
    "Period",
    "PeriodTransition",
    "Rectification",
    "Round",
    "Scheme",
    "SchemeItem",
    "Score",
    "Trace",
    "Unit",
    "WorkerItem",
    "WorkerLine",
    "WorkerSheet",
]
