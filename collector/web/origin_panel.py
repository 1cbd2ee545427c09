"""What a pre-claim's page shows of its fault's origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from collector.claims.origin.kinds import Origin, Payer
from collector.claims.origin.shipping import payer
from collector.claims.origin.terms import OriginTerms
from collector.store.scope import Role
from collector.store.views import origins as view
from collector.store.views.origins import OriginFile
from collector.web.call import Call
from collector.web.origin_plot import draw_shares

ORIGINS: Final = tuple(origin.value for origin in Origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginPanel:
    """What the pre-claim page shows of a fault's origin."""

    file: OriginFile
    bar: Markup
    payer: Payer  # by what counts now


def payer_of(file: OriginFile, terms: OriginTerms) -> Payer:
    """Who pays the ways, by what was decided, else by what is suggested."""
    return payer(Origin(file.now), is_on_arrival=file.is_on_arrival, terms=terms)


def tells_fleet(call: Call) -> bool:
    """Whether the visitor may see what was counted over other organisations' devices."""
    return call.known.role in (Role.ADMIN, Role.FACTORY_ENGINEER)


async def read_panel(call: Call, line: int) -> OriginPanel | None:
    """The panel of a line; None before anything was suggested."""
    tells = tells_fleet(call)
    file = await call.house.read(
        lambda db: view.find_origin(db, call.scope, line, tells_fleet=tells)
    )
    if file is None:
        return None
    shares = [
        (origin, share, f"{call.voice.name('origin', origin)} {share:.0%}")
        for origin, share in file.shares
    ]
    return OriginPanel(
        file=file,
        bar=draw_shares(shares, title=call.voice.t("list.comma").join(one[2] for one in shares)),
        payer=payer_of(file, call.house.policy.origin),
    )
