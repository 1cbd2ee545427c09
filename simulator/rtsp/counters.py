"""What a simulated RTSP server has done."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class RtspCounters:
    """What a server did since it was made; `sessions` is how many play now."""

    requests: dict[str, int] = field(default_factory=dict)
    sessions: int = 0
    sessions_played: int = 0
    bytes_out: int = 0
