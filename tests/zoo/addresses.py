"""Addresses in replies that point at other hosts, at the agent itself, or at files."""

from __future__ import annotations

import re
from typing import Any, Final

from tests.zoo import honest
from tests.zoo.behaviour import STREAM, Asked, Behaviour, Told, http_reply, on_operation

_STREAM: Final = "GetStreamUri"
_SNAPSHOT: Final = "GetSnapshotUri"
_SERVICES: Final = "GetServices"
_SUBSCRIPTION: Final = "CreatePullPointSubscription"
_HOST = re.compile(rb"(<(?:\w+:)?(?:XAddr|Uri|Address)>)\w+://[^/<]+")


def _points_at(place: str) -> Any:
    """The honest reply with this scheme and host instead of the device's own."""

    def twist(asked: Asked) -> bytes:
        stage = asked.stage
        port = stage.foreign.partition(":")[2]
        goal = place.format(
            foreign=stage.foreign, port=port, metadata=stage.metadata, own=stage.own,
            host=stage.host, http=stage.http_port,
        )  # fmt: skip
        return http_reply(_HOST.sub(lambda m: m.group(1) + goal.encode(), asked.content))

    return twist


def _animal(name: str, operation: str, place: str, stands_for: str, **more: Any) -> Behaviour:
    return Behaviour(
        name=name,
        does=f"answers {operation} with addresses under {place}",
        stands_for=stands_for,
        http=on_operation(operation, _points_at(place)),
        **more,
    )


def _base(place: str) -> Any:
    """DESCRIBE answered with a Content-Base elsewhere."""

    def twist(told: Told) -> bytes | None:
        if told.method != "DESCRIBE" or b" 200 " not in told.honest[:20]:
            return None
        goal = place.format(foreign=told.stage.foreign, metadata=told.stage.metadata)
        return re.sub(rb"Content-Base: [^\r]+", f"Content-Base: {goal}".encode(), told.honest)

    return twist


_NO_STREAM: Final[dict[str, Any]] = {
    "spoils": (*STREAM,),
    "causes": frozenset({"onvif.foreign_address"}),
}
_SSRF: Final = "server-side requests by the agent"
_NAT: Final = "NAT, or the address of another interface"

BEHAVIOURS: Final = (
    _animal("services_on_another_host", _SERVICES, "http://{foreign}", _NAT),
    _animal("services_on_loopback", _SERVICES, "http://127.0.0.1:{port}", _SSRF),
    _animal("services_at_metadata", _SERVICES, "http://{metadata}", "theft of cloud credentials"),
    _animal("services_on_ipv6_loopback", _SERVICES, "http://[::1]:{port}", _SSRF),
    _animal(
        "services_on_mapped_ipv6", _SERVICES, "http://[::ffff:127.66.66.66]:{port}",
        "a filter that knows IPv4 only",
    ),
    _animal(
        "services_on_a_number", _SERVICES, "http://2135048770:{port}",
        "a filter that compares texts",
    ),
    _animal(
        "services_behind_a_login", _SERVICES, "http://{own}@{foreign}",
        "a parser that stops at the wrong sign",
    ),
    _animal(
        "services_on_a_name", _SERVICES, "http://rebind.invalid:{port}", "DNS rebinding",
    ),
    _animal(
        "services_in_files", _SERVICES, "file://localhost", "local file reading",
        spoils=("imaging.",), causes=frozenset({"onvif.unsupported"}),
    ),
    _animal(
        "services_on_another_port_of_loopback", _SERVICES, "http://{host}:{port}",
        "programs of the recorder that only it may reach", on_loopback=True,
    ),
    _animal("stream_on_another_host", _STREAM, "rtsp://{host}@{foreign}", _NAT,
            spoils=STREAM, causes=frozenset({"tcp.refused"})),
    _animal("stream_at_metadata", _STREAM, "rtsp://{metadata}:{http}", _SSRF,
            spoils=STREAM, causes=frozenset({"rtsp.protocol", "tcp.reset", "deadline"}),
            faults=frozenset({"stream.none"})),
    _animal("stream_over_http", _STREAM, "http://{foreign}", "a scheme that we do not play",
            **_NO_STREAM),
    _animal("stream_in_a_file", _STREAM, "file:///etc/passwd?", "local file reading",
            **_NO_STREAM),
    _animal("snapshot_on_another_host", _SNAPSHOT, "http://{foreign}", _NAT),
    _animal("snapshot_at_metadata", _SNAPSHOT, "http://{metadata}", _SSRF),
    _animal("snapshot_in_a_file", _SNAPSHOT, "file:///etc/passwd?", "local file reading"),
    _animal("snapshot_over_ftp", _SNAPSHOT, "ftp://{foreign}", _SSRF),
    _animal("subscription_on_another_host", _SUBSCRIPTION, "http://{foreign}", _NAT),
    _animal("subscription_at_metadata", _SUBSCRIPTION, "http://{metadata}", _SSRF),
    Behaviour(
        name="rtsp_base_on_another_host",
        does="describes its stream under an address elsewhere",
        stands_for="NAT",
        rtsp=_base("rtsp://{foreign}/live/"),
    ),
    Behaviour(
        name="rtsp_control_on_another_host",
        does="controls its video under an address elsewhere",
        stands_for="NAT, harvesting of logins",
        sdp=honest.SDP.replace("a=control:track1", "a=control:rtsp://127.66.66.66:8066/track1"),
    ),
)  # fmt: skip
