"""The FTP process: takes files into memory and passes them on; runs by itself, imported by nobody.

There is no file system behind it. A path is a word of the sender, a folder is made by saying yes,
a listing is empty, and nothing can be fetched, appended to or changed; the process may not write a
single byte to a file (RLIMIT_FSIZE).
"""

from __future__ import annotations

import errno
import logging
import os
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any, ClassVar, Final

import msgspec
from pyftpdlib.authorizers import AuthenticationFailed
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import DTPHandler, FTPHandler
from pyftpdlib.servers import FTPServer

from agent.inbox.ftp_wire import LENGTH, Listening, Received, Serve
from agent.inbox.item import ITEM_CAP_BYTES, plain_name
from agent.inbox.quota import Quota
from agent.secret_digest import fits

_ALLOWED: Final = frozenset(
    {
        *("USER", "PASS", "QUIT", "REIN", "ACCT", "ALLO", "NOOP", "SYST", "FEAT", "OPTS", "HELP"),
        *("TYPE", "STRU", "MODE", "ABOR", "PWD", "XPWD", "CWD", "XCWD", "CDUP", "XCUP", "MKD"),
        *(
            "XMKD",
            "LIST",
            "NLST",
            "STAT",
            "PASV",
            "EPSV",
            "PORT",
            "EPRT",
            "STOR",
            "DELE",
            "RNFR",
            "RNTO",
        ),
    }
)
"""What cameras say when they upload: they make folders, test with DELE, rename what is whole."""
_IDLE_S: Final = 60
_LIFETIME_S: Final = 900  # of a control connection, however busy it keeps itself
_ADDRESS_SPACE_BYTES: Final = 512 * 1024 * 1024
_OPEN_FILES: Final = 256
_PARENT_LOOK_S: Final = 1.0


class _Upload:
    """A file that exists in memory while it arrives."""

    def __init__(self, name: str, *, deadline_s: float) -> None:
        self.name = name
        self.body = bytearray()
        self.closed = False
        self._until_s = time.monotonic() + deadline_s

    def write(self, chunk: bytes) -> None:
        if len(self.body) + len(chunk) > ITEM_CAP_BYTES:
            raise OSError(errno.EFBIG, "larger than 4 MiB")
        if time.monotonic() > self._until_s:
            raise OSError(errno.ETIME, "it takes too long")
        self.body += chunk

    def close(self) -> None:
        self.closed = True


class _NoFiles(AbstractedFS):  # type: ignore[misc]  # pyftpdlib is published without types
    """Says yes to folders and to uploads, and knows no file."""

    def ftp2fs(self, ftppath: str) -> str:
        return str(self.ftpnorm(ftppath))

    def fs2ftp(self, fspath: str) -> str:
        return fspath

    def validpath(self, path: str) -> bool:
        return True

    def open(self, filename: str, mode: str) -> _Upload:
        channel = self.cmd_channel
        if mode != "wb":
            raise OSError(errno.EPERM, "only whole files are taken")
        if not channel.quotas[channel.username].take(0, now_s=time.monotonic()):
            raise OSError(errno.EDQUOT, "too many files in this minute")
        channel.upload = _Upload(filename, deadline_s=channel.deadline_s)
        return channel.upload  # type: ignore[no-any-return]

    def chdir(self, path: str) -> None:
        self.cwd = path

    def mkdir(self, path: str) -> None:
        return

    def remove(self, path: str) -> None:
        return

    def rename(self, src: str, dst: str) -> None:
        return

    def listdir(self, path: str) -> list[str]:
        return []

    def isfile(self, path: str) -> bool:
        return False

    def isdir(self, path: str) -> bool:
        return True

    def lexists(self, path: str) -> bool:
        return True

    def realpath(self, path: str) -> str:
        return path

    def format_list(self, *_: object, **__: object) -> Iterator[bytes]:
        return iter(())


class _Cameras:
    """Whom to let in; everybody may do the same few things."""

    def __init__(self, serve: Serve) -> None:
        self._kept = {one.user: one.password_sha256 for one in serve.logins}

    def validate_authentication(self, username: str, password: str, _: object) -> None:
        if not fits(self._kept.get(username), password):
            raise AuthenticationFailed("Authentication failed.")

    def get_home_dir(self, _: str) -> str:
        return "/"

    def get_msg_login(self, _: str) -> str:
        return "Login successful."

    def get_msg_quit(self, _: str) -> str:
        return "Goodbye."

    def has_user(self, username: str) -> bool:
        return username in self._kept

    def has_perm(self, *_: object) -> bool:
        return True  # what may not be done is no command here

    def impersonate_user(self, *_: object) -> None:
        return

    def terminate_impersonation(self, *_: object) -> None:
        return


class _Camera(FTPHandler):  # type: ignore[misc]
    """One control connection."""

    abstracted_fs = _NoFiles
    banner = "ready."
    timeout = _IDLE_S
    use_sendfile = False
    proto_cmds: ClassVar = {
        name: what for name, what in FTPHandler.proto_cmds.items() if name in _ALLOWED
    }
    devices: ClassVar[dict[str, str]] = {}
    quotas: ClassVar[dict[str, Quota]] = {}
    deadline_s = 0.0
    upload: _Upload | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._current_type = "i"

    def on_connect(self) -> None:
        self.ioloop.call_later(_LIFETIME_S, self.close)

    def ftp_TYPE(self, line: str) -> None:
        """Whatever is asked for, bytes stay as they are: a JPEG sent as text would be spoilt."""
        self.respond(f"200 Type set to: {line[:1].upper() or 'I'}.")

    def ftp_STAT(self, _: str) -> None:
        """Known to the library's parser under two spellings, and answered with no."""
        self.respond("502 Command not implemented.")

    def on_file_received(self, _: str) -> None:
        upload, self.upload = self.upload, None
        if upload is not None and upload.body:
            _send(
                Received(
                    device_id=self.devices[self.username],
                    name=plain_name(upload.name),
                    body=bytes(upload.body),
                )
            )


def main() -> None:
    """Serve what stdin asks for until the agent is gone."""
    (length,) = LENGTH.unpack(sys.stdin.buffer.read(LENGTH.size))
    serve = msgspec.msgpack.decode(sys.stdin.buffer.read(length), type=Serve)
    logging.getLogger("pyftpdlib").setLevel(logging.CRITICAL)  # names and addresses in no log
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE_BYTES, _ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        server = _server(serve)
    except OSError as error:
        _send(Listening(why=error.strerror or str(error)))
        return
    agent = os.getppid()

    def look() -> None:
        if os.getppid() != agent:
            os._exit(0)

    server.ioloop.call_every(_PARENT_LOOK_S, look)
    _send(Listening(port=server.address[1]))
    server.serve_forever(handle_exit=False)


def _server(serve: Serve) -> FTPServer:
    first, last = serve.passive_ports
    _Camera.authorizer = _Cameras(serve)
    _Camera.devices = {one.user: one.device_id for one in serve.logins}
    _Camera.quotas = {
        one.user: Quota(items_per_minute=serve.items_per_minute, bytes_per_hour=1)
        for one in serve.logins
    }
    _Camera.deadline_s = serve.deadline_s
    _Camera.passive_ports = range(first, last + 1)
    _Camera.masquerade_address = serve.public_address or None
    DTPHandler.timeout = max(serve.deadline_s, 1.0)
    server = FTPServer((serve.bind, serve.port), _Camera)
    server.max_cons = serve.connections + 1  # the listener counts
    server.max_cons_per_ip = max(serve.connections // 4, 2)
    return server


def _send(message: Listening | Received) -> None:
    content = msgspec.msgpack.encode(message)
    sys.stdout.buffer.write(LENGTH.pack(len(content)) + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
