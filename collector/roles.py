"""What people and programs may be here."""

from __future__ import annotations

import enum


class Role(enum.Enum):
    """What a person or a token may do."""

    ADMIN = "admin"
    FACTORY_ENGINEER = "factory_engineer"
    DISTRIBUTOR = "distributor"
    INTEGRATOR = "integrator"
