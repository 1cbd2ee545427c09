"""Why a login fails: a closed set of causes, each with its meaning, its remedy and its side."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agent.camera.login_facts import Service
from agent.wrong import Both


class LoginCause(enum.Enum):
    """The causes; sources: vendor-interfaces reference, section 6, one line a cause there."""

    LOCKED_OUT = "locked_out"
    HTTPS_ONLY = "https_only"
    ONVIF_OFF = "onvif_off"
    DST_ERROR = "dst_error"
    CLOCK_SKEW = "clock_skew"
    DIGEST_CONFUSION = "digest_confusion"
    WSSE_REFUSED = "wsse_refused"
    ONVIF_ACCOUNT = "onvif_account"
    USER_LEVEL = "user_level"
    PASSWORD_CHARACTERS = "password_characters"
    PATH_CHANGED = "path_changed"
    SHA256_ONLY = "sha256_only"
    ALGORITHM_MISSING = "algorithm_missing"
    MD5_HASH_KEPT = "md5_hash_kept"
    WRONG_PASSWORD = "wrong_password"


class Side(enum.Enum):
    """Where the remedy is."""

    CAMERA = "camera"
    RECORDER = "recorder"
    ACCOUNT = "account"
    NETWORK = "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a cause is; ``code`` is the fault that it opens.

    No cause of a failed login is a defect of the device: a claim never comes of one.
    ``shown_by`` are the services whose login, accepted, shows that the cause is gone.
    """

    code: str
    side: Side
    name: Both
    what: Both
    remedy: Both
    shown_by: frozenset[Service] = frozenset({Service.ONVIF})
    claimable: bool = False


_BOTH: Final = frozenset({Service.ONVIF, Service.RTSP})

MEANINGS: Final[Mapping[LoginCause, Meaning]] = {
    LoginCause.LOCKED_OUT: Meaning(
        code="login.locked_out",
        side=Side.ACCOUNT,
        name=Both("account locked", "账户被锁定"),
        what=Both(
            "The camera has locked the account after too many refused logins of somebody.",
            "因多次登录被拒，摄像机已锁定该账户。",
        ),
        remedy=Both(
            "Stop every client that still has an old password, wait for the lock to end, log in "
            "once with the right one.",
            "停用仍使用旧密码的客户端，等待锁定结束后，用正确密码登录一次。",
        ),
    ),
    LoginCause.HTTPS_ONLY: Meaning(
        code="login.https_only",
        side=Side.CAMERA,
        name=Both("HTTPS only", "仅允许 HTTPS"),
        what=Both(
            "The camera takes ONVIF over HTTPS alone; the configured HTTP port answers no more.",
            "摄像机仅通过 HTTPS 提供 ONVIF，配置的 HTTP 端口已不可用。",
        ),
        remedy=Both(
            "Enter the HTTPS port and tls = true in the recorder and in the agent, or allow HTTP "
            "on the camera.",
            "在录像机和代理中填写 HTTPS 端口并设 tls = true，或在摄像机上允许 HTTP。",
        ),
    ),
    LoginCause.ONVIF_OFF: Meaning(
        code="login.onvif_off",
        side=Side.CAMERA,
        name=Both("ONVIF is off or has moved", "ONVIF 已关闭或更换端口"),
        what=Both(
            "The camera lives, but ONVIF does not answer where it did: many firmware updates "
            "switch it off or give it another port.",
            "摄像机在线，但原地址的 ONVIF 无应答：许多固件升级会将其关闭或更换端口。",
        ),
        remedy=Both(
            "Switch ONVIF on in the camera's network settings (and make its ONVIF user), or enter "
            "the new port.",
            "在摄像机网络设置中启用 ONVIF（并建立 ONVIF 用户），或填写新端口。",
        ),
    ),
    LoginCause.DST_ERROR: Meaning(
        code="login.dst_error",
        side=Side.CAMERA,
        name=Both("clock wrong by one hour", "时钟相差一小时"),
        what=Both(
            "The camera's UTC time is one hour off: it counts summer time twice or in the wrong "
            "direction. A WS-UsernameToken signed in the right time is refused.",
            "摄像机的 UTC 时间相差一小时（夏令时重复或反向计算），按正确时间签名的 "
            "WS-UsernameToken 会被拒绝。",
        ),
        remedy=Both(
            "Switch daylight saving off on the camera and set its time zone and NTP again, or "
            "update its firmware.",
            "关闭摄像机的夏令时，重新设置时区与 NTP，或升级固件。",
        ),
    ),
    LoginCause.CLOCK_SKEW: Meaning(
        code="login.clock_skew",
        side=Side.CAMERA,
        name=Both("clock wrong", "时钟错误"),
        what=Both(
            "The camera's clock is off, and it refuses a WS-UsernameToken that is signed in the "
            "right time; the password is right.",
            "摄像机时钟不准，因此拒绝按正确时间签名的 WS-UsernameToken；密码正确。",
        ),
        remedy=Both(
            "Set an NTP server on the camera (and its clock battery, if the time is lost at each "
            "power cut).",
            "在摄像机上设置 NTP 服务器；若断电后时间丢失，请检查时钟电池。",
        ),
    ),
    LoginCause.DIGEST_CONFUSION: Meaning(
        code="login.digest_confusion",
        side=Side.CAMERA,
        name=Both("several digest algorithms, one of which fails", "提供多种摘要算法但其一无效"),
        what=Both(
            "The camera offers several Digest algorithms and refuses the right password by one of "
            "them: a recorder that picks that one ends in a loop of 401.",
            "摄像机提供多种摘要算法，却以其中一种拒绝正确密码：选用该算法的录像机会不断收到 401。",
        ),
        remedy=Both(
            "Set one algorithm on the camera (web authentication: digest MD5), or update camera or "
            "recorder.",
            "在摄像机上只保留一种算法（网页认证：digest MD5），或升级摄像机或录像机。",
        ),
        shown_by=_BOTH,
    ),
    LoginCause.WSSE_REFUSED: Meaning(
        code="login.firmware_refuses_method",
        side=Side.CAMERA,
        name=Both("WS-UsernameToken refused", "拒绝 WS-UsernameToken"),
        what=Both(
            "The firmware takes ONVIF logins by HTTP Digest alone; the same password works there.",
            "固件的 ONVIF 仅接受 HTTP Digest 登录，相同密码可用。",
        ),
        remedy=Both(
            'Set ONVIF authentication to "Digest&ws-username token" on the camera, or update the '
            "recorder to one that speaks Digest.",
            "将摄像机 ONVIF 认证设为“Digest&ws-username token”，"
            "或将录像机升级到支持 Digest 的版本。",
        ),
    ),
    LoginCause.ONVIF_ACCOUNT: Meaning(
        code="login.onvif_account",
        side=Side.ACCOUNT,
        name=Both("ONVIF has an account of its own", "ONVIF 使用独立账户"),
        what=Both(
            "User and password are right for one of the camera's services and refused by another: "
            "ONVIF users are kept apart from the camera's own.",
            "该用户名和密码在摄像机的一项服务中可用，在另一项中被拒绝："
            "ONVIF 用户与设备用户相互独立。",
        ),
        remedy=Both(
            "Make a user with the same name and password on the camera's ONVIF page (integration "
            "protocol), with the level operator or above.",
            "在摄像机 ONVIF（集成协议）页面建立同名同密码、操作员及以上级别的用户。",
        ),
        shown_by=_BOTH,
    ),
    LoginCause.USER_LEVEL: Meaning(
        code="login.user_level",
        side=Side.ACCOUNT,
        name=Both("user level too low", "用户权限过低"),
        what=Both(
            "The login works, but this user may not ask for media or settings.",
            "登录成功，但该用户无权访问媒体或设置。",
        ),
        remedy=Both(
            "Raise the user's level on the camera to operator or administrator.",
            "将摄像机上该用户的级别提高到操作员或管理员。",
        ),
        shown_by=_BOTH,
    ),
    LoginCause.PASSWORD_CHARACTERS: Meaning(
        code="login.password_characters",
        side=Side.ACCOUNT,
        name=Both("characters or length of the password", "密码字符或长度"),
        what=Both(
            "The password works for ONVIF and not for RTSP, and holds characters (or a length) at "
            "which firmware and recorders stumble, as they must be escaped in a URL.",
            "密码可用于 ONVIF 但不能用于 RTSP，"
            "且含有固件或录像机难以处理的字符或长度（URL 中需转义）。",
        ),
        remedy=Both(
            "Give the account a password of at most 31 letters and digits, on the camera, the "
            "recorder and the agent.",
            "将摄像机、录像机和代理中的密码改为不超过 31 位的字母和数字。",
        ),
        shown_by=_BOTH,
    ),
    LoginCause.PATH_CHANGED: Meaning(
        code="stream.path_changed",
        side=Side.CAMERA,
        name=Both("RTSP path changed", "RTSP 路径已更改"),
        what=Both(
            "The login is right; the stream is no longer where ONVIF and the recorder look for it.",
            "登录正确，但视频流已不在 ONVIF 与录像机所用的路径上。",
        ),
        remedy=Both(
            "Enter the new stream path in the recorder, or add the camera again by ONVIF; report "
            "the firmware.",
            "在录像机中填写新的视频流路径，或通过 ONVIF 重新添加摄像机，并反馈该固件版本。",
        ),
        shown_by=_BOTH,
    ),
    LoginCause.SHA256_ONLY: Meaning(
        code="login.recorder_lacks_sha256",
        side=Side.RECORDER,
        name=Both("Digest by SHA-256 only", "仅支持 SHA-256 摘要"),
        what=Both(
            "The camera offers Digest by SHA-256 alone, and the recorder speaks MD5 alone.",
            "摄像机仅提供 SHA-256 摘要认证，而录像机只支持 MD5。",
        ),
        remedy=Both(
            "Set RTSP and web authentication on the camera to digest (MD5), or update the recorder "
            "to a version with SHA-256.",
            "将摄像机的 RTSP 与网页认证设为 digest（MD5），或将录像机升级到支持 SHA-256 的版本。",
        ),
        shown_by=frozenset({Service.RTSP}),
    ),
    LoginCause.ALGORITHM_MISSING: Meaning(
        code="login.digest_confusion",
        side=Side.RECORDER,
        name=Both("Digest without a named algorithm", "摘要认证未注明算法"),
        what=Both(
            "The camera's Digest challenge names no algorithm or an empty one. That means MD5 "
            "(RFC 2617), but some recorders refuse it.",
            "摄像机的摘要质询未注明算法或为空。按 RFC 2617 应视为 MD5，但部分录像机会拒绝。",
        ),
        remedy=Both(
            "Update the recorder; or set the camera's RTSP authentication to basic on a network of "
            "its own.",
            "升级录像机；或在独立网络中将摄像机的 RTSP 认证设为 basic。",
        ),
        shown_by=_BOTH,
    ),
    LoginCause.MD5_HASH_KEPT: Meaning(
        code="login.wrong_password",
        side=Side.CAMERA,
        name=Both("password kept in an old form", "密码以旧格式保存"),
        what=Both(
            "This firmware is known to keep the password of before its update as an MD5 hash and "
            "to refuse it then.",
            "已知该固件升级后仍以 MD5 形式保存旧密码，并因此拒绝登录。",
        ),
        remedy=Both(
            "Set the password anew on the camera, the same one if you like.",
            "在摄像机上重新设置密码（可与原密码相同）。",
        ),
    ),
    LoginCause.WRONG_PASSWORD: Meaning(
        code="login.wrong_password",
        side=Side.ACCOUNT,
        name=Both("user or password wrong", "用户名或密码错误"),
        what=Both(
            "The camera refuses this user and password by every kind of login that it offers.",
            "摄像机以其提供的所有登录方式拒绝该用户名和密码。",
        ),
        remedy=Both(
            "Enter the right user and password; the camera's own web page tells whether they are.",
            "填写正确的用户名和密码；可在摄像机网页上验证。",
        ),
    ),
}
