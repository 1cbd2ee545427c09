"""The one place that knows influxdb-client: lines to a server that speaks the v2 write API.

Pre-made lines as one text, written synchronously: much faster than the library's batching of
points, and an error comes back to who caused it instead of to a callback on another thread
(docs/decisions.md). Loaded only where ``[influx]`` is configured: the library takes 51 MB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError, MaxRetryError, SSLError

from collector.outlets.sink_error import Cause, SinkError
from collector.settings import InfluxSettings

_LONGEST_REASON: Final = 300


_BY_STATUS: Final = {
    400: Cause.BAD_LINES,
    401: Cause.REFUSED,
    403: Cause.REFUSED,
    404: Cause.NO_BUCKET,
    413: Cause.TOO_LARGE,
    422: Cause.BAD_LINES,
    429: Cause.BUSY,
    503: Cause.BUSY,
}


_SECONDS: Final = cast(WritePrecision, WritePrecision.S)  # annotated as the class, and a str


class InfluxServer:
    """A server, a bucket and a token. Used by one thread at a time."""

    def __init__(self, settings: InfluxSettings) -> None:
        self._bucket = settings.bucket
        self._org = settings.org
        self._client = InfluxDBClient(
            url=settings.url,
            token=settings.token,
            org=settings.org,
            timeout=int(settings.timeout_s * 1000),
            verify_ssl=True,
            ssl_ca_cert=str(settings.ca) if settings.ca else None,
            enable_gzip=settings.gzip,
        )
        self._writer = self._client.write_api(write_options=SYNCHRONOUS)

    def write(self, lines: Sequence[str]) -> None:
        """Write lines with times in seconds; SinkError when they were not all taken."""
        try:
            self._writer.write(self._bucket, self._org, "\n".join(lines), write_precision=_SECONDS)
        except ApiException as error:
            raise _refusal(error) from error
        except (HTTPError, OSError) as error:
            raise _unreachable(error) from error

    def close(self) -> None:
        """End the connections."""
        self._client.close()  # type: ignore[no-untyped-call]  # theirs has no annotation


def _refusal(error: ApiException) -> SinkError:
    status = int(error.status or 0)
    said = error.body if isinstance(error.body, str) else str(error.reason or "")
    detail = f"HTTP {status}: {said}".strip()[:_LONGEST_REASON]
    cause = _BY_STATUS.get(status, Cause.SERVER)
    return SinkError(cause, detail, retry_after_s=_retry_after_s(error.headers))


def _retry_after_s(headers: Mapping[str, str] | None) -> float | None:
    """In seconds, as the servers say it; a date is not one of theirs."""
    try:
        return max(0.0, float((headers or {}).get("Retry-After", "")))
    except ValueError:
        return None


def _unreachable(error: Exception) -> SinkError:
    reason = error.reason if isinstance(error, MaxRetryError) else error
    cause = Cause.TLS if isinstance(reason, SSLError) else Cause.UNREACHABLE
    return SinkError(cause, f"{type(reason).__name__}: {reason}"[:_LONGEST_REASON])
