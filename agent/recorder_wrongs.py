"""What can be wrong in ``[recorder]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.wrong import Both, Wrong

RECORDER_WRONGS: Final[Mapping[str, Wrong]] = {
    "no_absolute_path": Wrong(
        Both("{found!r} is no absolute path", "{found!r} 不是绝对路径"),
        Both(
            'Write the mount point, like mounts = ["/srv/recordings"]',
            '请填写挂载点，例如 mounts = ["/srv/recordings"]',
        ),
    ),
    "channel_of_whom": Wrong(
        Both("is missing", "缺失"),
        Both("Write the id of one of [[devices]]", "请填写 [[devices]] 中某个设备的 id"),
    ),
    "unknown_device": Wrong(
        Both("{found!r} is the id of no device", "{found!r} 不是任何设备的 id"),
        Both("Write the id of one of [[devices]]", "请填写 [[devices]] 中某个设备的 id"),
    ),
    "folder_missing": Wrong(
        Both("is missing", "缺失"),
        Both(
            'Write where its recordings lie, like folder = "/srv/recordings/gate-north"',
            '请填写录像所在目录，例如 folder = "/srv/recordings/gate-north"',
        ),
    ),
    "channel_twice": Wrong(
        Both(
            "names the camera or the files of channels[{first}] again",
            "与 channels[{first}] 的摄像机或文件重复",
        ),
        Both(
            "Give each camera one entry, with a folder or a pattern (files) of its own",
            "请为每台摄像机只写一项，并使用各自的目录或文件匹配（files）",
        ),
    ),
    "bad_hours": Wrong(
        Both("{found!r} are no hours", "{found!r} 不是有效的时段"),
        Both(
            'Write from-to, like hours = ["08:00-18:00", "22:00-06:00"]',
            '请填写 起-止，例如 hours = ["08:00-18:00", "22:00-06:00"]',
        ),
    ),
    "zone_missing": Wrong(
        Both("is missing: days and hours need a zone", "缺失：日期与时段需要时区"),
        Both(
            'Write the zone of the site, like zone = "Asia/Shanghai"',
            '请填写现场时区，例如 zone = "Asia/Shanghai"',
        ),
    ),
    "unknown_zone": Wrong(
        Both("{found!r} is no time zone", "{found!r} 不是有效的时区"),
        Both(
            'Write a name of the IANA list, like "Asia/Shanghai"',
            '请填写 IANA 时区名，例如 "Asia/Shanghai"',
        ),
    ),
}
