"""What people can be told, who may be told it, and what is told to whom without a wish. Pure.

A topic is something that happened once to one thing. Of an incident there is one, however many
devices are its members.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from collector.roles import Role


class Topic(enum.Enum):
    """A kind of news; people choose by it."""

    INCIDENT = "incident"
    STORM = "storm"
    AGENT_SILENT = "agent_silent"
    TASK_OPENED = "task_opened"
    TASK_ASSIGNED = "task_assigned"  # to whom it was given, and to nobody else
    TASK_RETURNED = "task_returned"
    CLAIM_DRAFT = "claim_draft"
    CLAIM_READY = "claim_ready"
    CLAIM_ASKED = "claim_asked"  # the factory asks for more, or for the device
    CLAIM_SUBMITTED = "claim_submitted"
    CLAIM_ANSWERED = "claim_answered"
    CLAIM_BACK = "claim_back"  # answered, appealed, countered: the factory's turn again
    CLAIM_DUE = "claim_due"  # a clock of the factory has used half, or three quarters
    CLAIM_LATE = "claim_late"  # or all of its time
    CLAIM_EVENT = "claim_event"  # each entry of a claim's log, for programs
    FIRMWARE_OPENED = "firmware_opened"
    FIRMWARE_STEP = "firmware_step"  # reported, asked, answered
    FIRMWARE_LATE = "firmware_late"  # a clock of it has used half or more of its time
    TRUST_STOPPED = "trust_stopped"


class Delivery(enum.Enum):
    """How somebody wants to be told."""

    NOW = "now"
    DIGEST = "digest"
    NEVER = "never"


_SITE: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER, Role.INTEGRATOR})
_ALL: Final = frozenset(Role)

MAY: Final[Mapping[Topic, frozenset[Role]]] = {
    Topic.INCIDENT: _SITE,
    Topic.STORM: _SITE,
    Topic.AGENT_SILENT: _SITE,
    Topic.TASK_OPENED: _SITE,
    Topic.TASK_ASSIGNED: _SITE,
    Topic.TASK_RETURNED: _SITE,
    Topic.CLAIM_DRAFT: _ALL,
    Topic.CLAIM_READY: _ALL,
    Topic.CLAIM_ASKED: _ALL,
    Topic.CLAIM_SUBMITTED: _ALL,
    Topic.CLAIM_ANSWERED: _ALL,
    Topic.CLAIM_BACK: _ALL,
    Topic.CLAIM_DUE: _ALL,
    Topic.CLAIM_LATE: _ALL,
    Topic.CLAIM_EVENT: _ALL,
    Topic.FIRMWARE_OPENED: _ALL,
    Topic.FIRMWARE_STEP: _ALL,
    Topic.FIRMWARE_LATE: _ALL,
    Topic.TRUST_STOPPED: _SITE,
}
"""Whoever may open the page that the news is about, and nobody else."""

_NOW, _DIGEST = Delivery.NOW, Delivery.DIGEST
_USUAL: Final[Mapping[Role, Mapping[Topic, Delivery]]] = {
    Role.INTEGRATOR: {  # keeps the site: what is to be done there
        Topic.INCIDENT: _NOW,
        Topic.STORM: _NOW,
        Topic.AGENT_SILENT: _NOW,
        Topic.TASK_OPENED: _DIGEST,
        Topic.TASK_ASSIGNED: _NOW,
        Topic.TASK_RETURNED: _NOW,
        Topic.CLAIM_DRAFT: _DIGEST,
        Topic.CLAIM_READY: _DIGEST,
        Topic.CLAIM_ASKED: _NOW,
        Topic.CLAIM_ANSWERED: _DIGEST,
        Topic.CLAIM_LATE: _DIGEST,
        Topic.FIRMWARE_OPENED: _DIGEST,
        Topic.FIRMWARE_STEP: _NOW,
        Topic.FIRMWARE_LATE: _DIGEST,
    },
    Role.FACTORY_ENGINEER: {  # answers claims within 48 h, and rules on verdicts
        Topic.STORM: _DIGEST,
        Topic.CLAIM_SUBMITTED: _NOW,
        Topic.CLAIM_BACK: _NOW,
        Topic.CLAIM_DUE: _NOW,
        Topic.CLAIM_LATE: _NOW,
        Topic.FIRMWARE_OPENED: _DIGEST,
        Topic.FIRMWARE_STEP: _NOW,
        Topic.FIRMWARE_LATE: _NOW,
        Topic.TRUST_STOPPED: _NOW,
    },
    Role.DISTRIBUTOR: {  # watches, and does little on single devices
        Topic.CLAIM_READY: _DIGEST,
        Topic.CLAIM_ASKED: _DIGEST,
        Topic.CLAIM_SUBMITTED: _DIGEST,
        Topic.CLAIM_ANSWERED: _DIGEST,
        Topic.CLAIM_LATE: _DIGEST,
        Topic.FIRMWARE_STEP: _DIGEST,
    },
    Role.ADMIN: {  # is the system itself sound
        Topic.INCIDENT: _DIGEST,
        Topic.STORM: _NOW,
        Topic.AGENT_SILENT: _DIGEST,
        Topic.TASK_ASSIGNED: _NOW,
        Topic.TASK_RETURNED: _DIGEST,
        Topic.CLAIM_SUBMITTED: _DIGEST,
        Topic.CLAIM_BACK: _DIGEST,
        Topic.CLAIM_LATE: _NOW,
        Topic.FIRMWARE_LATE: _NOW,
        Topic.TRUST_STOPPED: _NOW,
    },
}


FOR_PROGRAMS: Final = frozenset({Topic.CLAIM_EVENT})
"""A program follows a claim by these; nobody wants them in a mailbox."""
TOLD_BY_ENTRIES: Final = frozenset(
    {
        Topic.CLAIM_DRAFT,
        Topic.CLAIM_READY,
        Topic.CLAIM_ASKED,
        Topic.CLAIM_SUBMITTED,
        Topic.CLAIM_ANSWERED,
        Topic.CLAIM_BACK,
    }
)
"""What a program that is told each entry need not be told once more."""
IN_WORKING_HOURS: Final = frozenset({Topic.CLAIM_DUE, Topic.CLAIM_LATE, Topic.FIRMWARE_LATE})
"""Told when the receiver works: nobody can answer a claim at midnight (Zammad #4432)."""


def usual(role: Role, topic: Topic) -> Delivery:
    """How this role is told of the topic until the person says otherwise."""
    return _USUAL[role].get(topic, Delivery.NEVER)


def topics_of(role: Role) -> tuple[Topic, ...]:
    """What a person of this role may be told at all."""
    return tuple(topic for topic in Topic if role in MAY[topic] and topic not in FOR_PROGRAMS)
