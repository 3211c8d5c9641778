"""The verbs of outreach, and its only writers: prepare, send, rescue, decide by hand, templates, contact policy."""

from receba.outreach.services.answers import BadBounce, opt_out, record_bounce, record_touch
from receba.outreach.services.policy import change_policy
from receba.outreach.services.preparing import Draft, Prepared, prepare
from receba.outreach.services.resolving import (
    AlreadyLeft,
    NotOpen,
    NotUnknown,
    cancel,
    resolve_unknown,
    withdraw,
    withdraw_all,
)
from receba.outreach.services.sending import Rescued, Sent, claim, rescue, send_ready
from receba.outreach.services.writing import BadTemplate, NoDraft, discard_draft, publish_template, write_template

__all__ = [
    "AlreadyLeft",
    "BadBounce",
    "BadTemplate",
    "Draft",
    "NoDraft",
    "NotOpen",
    "NotUnknown",
    "Prepared",
    "Rescued",
    "Sent",
    "cancel",
    "change_policy",
    "claim",
    "discard_draft",
    "opt_out",
    "prepare",
    "publish_template",
    "record_bounce",
    "record_touch",
    "rescue",
    "resolve_unknown",
    "send_ready",
    "withdraw",
    "withdraw_all",
    "write_template",
]
