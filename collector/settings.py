"""What the collector is told by its configuration file, as facts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from collector.claims.policy import Policy
from collector.outlets.settings import NO_NOTIFICATIONS, NotifySettings
from collector.web.proxies import Proxies

# Debian's fonts-wqy-microhei: Latin and Chinese in one file (claims and warranty, section 13).
DEFAULT_FONT: Final = Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Where the broker is and who we are there."""

    host: str = "127.0.0.1"
    port: int = 1883
    username: str = ""
    password: str = ""
    tls: bool = False
    ca: Path | None = None
    cert: Path | None = None  # ours, for a broker that asks for one; with its key
    key: Path | None = None
    embedded: bool = False
    client_id: str = "preclaim-collector"

    def __repr__(self) -> str:
        """Without the password, because settings end up in logs."""
        return f"BrokerSettings({self.host}:{self.port}, username={self.username!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluxSettings:
    """Where the time-series server is, and what it may be told."""

    url: str
    org: str
    bucket: str
    token: str = ""
    ca: Path | None = None  # PEM of an authority that the system does not know
    gzip: bool = False
    serial: bool = False  # label serials as tags
    timeout_s: float = 10.0
    backlog_mb: int = 1024

    def __repr__(self) -> str:
        """Without the token, because settings end up in logs."""
        return f"InfluxSettings({self.url}, org={self.org!r}, bucket={self.bucket!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationEntry:
    """One of ``[[organisations]]``."""

    id: str
    name: str
    kind: str
    parent_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEntry:
    """One of ``[[sites]]``."""

    id: str
    name: str
    organisation_id: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEntry:
    """One of ``[[agents]]``; the key is PEM, None when none is pinned."""

    id: str
    organisation_id: str
    site_id: str
    evidence_key: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackSettings:
    """``[pack]``: how claim packs are made; the key is ``[keys] pack``."""

    key: Path
    font: Path = DEFAULT_FONT
    name: str = ""  # of this collector, in packs; default: its first organisation's


EVERY_MAKER: Final = "*"  # of ``PartnerEntry.decides_for``


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerEntry:
    """One of ``[[partners]]``: a collector whose packs are taken, and whose claims they become."""

    name: str
    fingerprint: str  # SHA-256 of its public key, in hex
    organisation_id: str
    answers_to: str = ""  # base URL of its console; '' : answers go by hand
    ca: Path | None = None  # for both addresses
    replies_to: str = ""  # base URL of its console; '': what buyers say goes by hand
    decides_for: str = ""  # the maker whose claims it answers, or EVERY_MAKER; '': it answers none


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that ``serve`` needs."""

    data_dir: Path
    database_url: URL  # its text form shows no password
    language: str
    broker: BrokerSettings
    web_host: str
    web_port: int
    public_url: str
    proxies: Proxies
    command_key: Path
    policy: Policy
    organisations: tuple[OrganisationEntry, ...]
    sites: tuple[SiteEntry, ...]
    agents: tuple[AgentEntry, ...]
    pack: PackSettings
    partners: tuple[PartnerEntry, ...] = ()
    influx: InfluxSettings | None = None  # None: no time-series server
    notify: NotifySettings = NO_NOTIFICATIONS

    @property
    def evidence_dir(self) -> Path:
        """Where evidence files lie."""
        return self.data_dir / "evidence"

    @property
    def packs_dir(self) -> Path:
        """Where claim packs lie that were given out or taken in, by their SHA-256."""
        return self.data_dir / "packs"

    @property
    def setup_link(self) -> Path:
        """The file with the link by which the first administrator is made."""
        return self.data_dir / "setup-link"

    @property
    def high_water(self) -> Path:
        """The file that tells a restored store from the one that was in use."""
        return self.data_dir / "high-water"
