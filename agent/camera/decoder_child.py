"""The decoder child: decodes untrusted pictures under limits; run as a module, speaks on pipes."""

from __future__ import annotations

import os
import resource
import sys

ADDRESS_SPACE_BYTES = 512 * 1024 * 1024
CPU_S = 120  # of the whole process, which is recycled long before in normal work
_OPEN_FILES = 32
_NICENESS = 5


def limit_this_process() -> None:
    """Set the limits that a decoder defect or a hostile picture runs into."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    os.nice(_NICENESS)


def serve() -> None:
    """Answer requests on stdin until it closes, which it does when the parent dies."""
    import msgspec  # noqa: PLC0415  # after the limits

    from agent.camera.decode_picture import decode_picture  # noqa: PLC0415
    from agent.camera.decoder_wire import (  # noqa: PLC0415
        LENGTH,
        REQUEST_CAP_BYTES,
        DecodeAnswer,
        DecodeRefused,
        DecodeRequest,
        RemuxRequest,
    )
    from agent.camera.heap import keep_heap  # noqa: PLC0415
    from agent.camera.remux import remux  # noqa: PLC0415

    keep_heap()
    decoder = msgspec.msgpack.Decoder(DecodeRequest | RemuxRequest)
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    while len(head := incoming.read(LENGTH.size)) == LENGTH.size:
        (length,) = LENGTH.unpack(head)
        if length > REQUEST_CAP_BYTES:
            return
        request = decoder.decode(incoming.read(length))
        try:
            answer = (
                remux(request) if isinstance(request, RemuxRequest) else decode_picture(request)
            )
        except DecodeRefused as refused:
            answer = DecodeAnswer(cause=refused.cause, detail=refused.detail)
        except MemoryError:
            answer = DecodeAnswer(cause="decode.limit", detail="the picture needs too much memory")
        content = msgspec.msgpack.encode(answer)
        outgoing.write(LENGTH.pack(len(content)) + content)
        outgoing.flush()


if __name__ == "__main__":
    limit_this_process()
    serve()
