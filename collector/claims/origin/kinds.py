"""The classes of a fault's origin, and who then pays what shipping. Pure.

Source: claims and warranty, section 15; the rows for transport and operator are our own.
"""

from __future__ import annotations

import enum


class Origin(enum.Enum):
    """Where a fault came from; the engineer decides, the machine only suggests."""

    FACTORY = "factory"
    TRANSPORT = "transport"
    INSTALLATION = "installation"
    USER = "user"
    ENVIRONMENT = "environment"
    FIRMWARE = "firmware"
    OPERATOR = "operator"  # of the mobile network
    UNDETERMINED = "undetermined"


class Payer(enum.Enum):
    """Who pays the ways of a replacement."""

    FACTORY = "factory"  # both ways
    CUSTOMER = "customer"  # both ways
    EACH = "each"  # each side one way
    NOBODY = "nobody"  # nothing is shipped
