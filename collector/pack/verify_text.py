"""VERIFY.txt: how anybody checks a pack with ``sha256sum`` and ``openssl`` alone. Pure."""

from __future__ import annotations

from typing import Final

from collector.pack.claim import Claim

FILES: Final = (
    "sha256sum --quiet -c SHA256SUMS && "
    'test "$( (cut -c67- SHA256SUMS; echo SHA256SUMS; echo SHA256SUMS.sig) | LC_ALL=C sort)" = '
    '"$(find . ! -type d | cut -c3- | LC_ALL=C sort)"'
)
COLLECTOR: Final = (
    "openssl pkeyutl -verify -pubin -inkey collector.pub.pem -rawin "
    "-in SHA256SUMS -sigfile SHA256SUMS.sig"
)
AGENTS: Final = (
    "( for m in agent/*.signed; do openssl pkeyutl -verify -pubin "
    '-inkey "${m%.signed}.pub.pem" -rawin -in "$m" -sigfile "${m%.signed}.sig" || exit 1; done )'
)
NAMED: Final = (
    '( for f in evidence/*; do grep -aqF "$(sha256sum "$f" | cut -c1-64)" agent/*.signed || '
    '{ echo "named by no agent: $f"; exit 1; }; done )'
)
FINGERPRINT: Final = (
    "openssl pkey -pubin -in collector.pub.pem -outform DER | tail -c 32 | sha256sum"
)


def commands(claim: Claim) -> tuple[str, ...]:
    """The commands that VERIFY.txt gives, in order; each ends with 0 when it holds."""
    has_agent = any(one.verdict == "verified" for one in claim.statements)
    has_evidence = any(one.by == "agent" for one in claim.files)
    return (
        FILES,
        COLLECTOR,
        *((AGENTS,) if has_agent else ()),
        *((NAMED,) if has_agent and has_evidence else ()),
    )


def write_verify(claim: Claim) -> bytes:
    """The whole file."""
    where = claim.made_by.url and f"{claim.made_by.url.rstrip('/')}/pack-key"
    keys = dict.fromkeys(
        f"{one.agent_id}: {one.key_id}" for one in claim.statements if one.verdict == "verified"
    )
    steps = {
        FILES: _STEP_FILES,
        COLLECTOR: _STEP_COLLECTOR,
        AGENTS: _STEP_AGENTS,
        NAMED: _STEP_NAMED,
    }
    parts = [_HEAD.format(number=claim.number, serial=claim.unit.serial or "-")]
    for place, command in enumerate(commands(claim), start=1):
        en, zh = steps[command]
        parts.append(f"{place}. {en}\n   {zh}\n\n{command}\n")
    parts.append(
        _WHOSE.format(
            command=FINGERPRINT,
            fingerprint=claim.made_by.fingerprint,
            where=where or "its page /pack-key · 其页面 /pack-key",
            agents="\n".join(f"   {key}" for key in keys) or "   -",
        )
    )
    parts.append(_MEANS)
    if not keys:
        parts.append(_NO_AGENT if claim.is_whole else _NOT_WHOLE)
    return "\n".join(parts).encode()


_HEAD: Final = """\
Claim pack {number} · 索赔资料包
Serial 序列号: {serial}

Unpack it into an empty folder, go there, and run the commands below in a shell.
Each must end without an error. Nothing needs to be installed but sha256sum and
openssl (1.1.1 or newer; on Windows both come with Git). Or, in one step:
请解压到空文件夹，进入该文件夹，在终端中运行以下命令，每条均应无错误结束。
只需 sha256sum 与 openssl（1.1.1 或更新版本；Windows 上随 Git 提供）。也可一步完成：

    preclaim-collector verify FILE.zip
"""
_STEP_FILES: Final = (
    "No file is changed, missing or added.",
    "文件均未被更改，也没有缺少或多出的文件。",
)
_STEP_COLLECTOR: Final = (
    "The collector signed this very list of files.",
    "该文件清单由采集端签名。",
)
_STEP_AGENTS: Final = (
    "The agents signed their manifests: agent/NN.signed holds the exact bytes.",
    "代理对其清单签名：agent/NN.signed 为被签名的原始字节。",
)
_STEP_NAMED: Final = (
    "Every file in evidence/ is named, by its SHA-256, in a manifest that an agent signed.",
    "evidence/ 中的每个文件都以其 SHA-256 列在代理签名的清单中。",
)
_WHOSE: Final = """\
Whose keys these are. Anybody can make a pack and sign it with a key of his own: the
keys travel in the pack. Compare the fingerprint with what the collector publishes,
over a way that you trust ({where}):
密钥归属。任何人都能制作资料包并用自己的密钥签名，因为公钥随包一起传送。
请通过可信途径与采集端公布的指纹比对：

{command}

   must print · 应显示：
   {fingerprint}

Keys of the agents (the first 16 digits of the same over agent/NN.pub.pem):
代理密钥（对 agent/NN.pub.pem 用同样方法得到的前 16 位）：
{agents}
"""
_MEANS: Final = """\
What this proves, and what it does not.
- An agent's signature: this agent named these files, and they are unchanged since.
  It does not prove that the camera told the truth.
- The collector's signature: this pack is what that collector held and said, all of it:
  serial, warranty, history, readings, what people brought (brought/).
  The agents did not sign those.
- log.jsonl is a hash chain; `preclaim-collector verify` follows it. The payload of
  events that count other organisations' devices is left out (null).
这证明什么、不证明什么：
- 代理签名：该代理列出了这些文件，此后未被更改；不证明摄像机所报属实。
- 采集端签名：本包即该采集端所存、所述的全部内容：序列号、保修、历史、读数、
  人员提交的文件（brought/）。这些内容并非由代理签名。
- log.jsonl 为哈希链，由 `preclaim-collector verify` 核对；统计其他组织设备的事件
  不含其内容（null）。
"""
_NO_AGENT: Final = """\
No agent speaks for this claim: people reported it. Only the collector has signed.
本索赔由人员申报，没有代理签名，只有采集端签名。
"""
_NOT_WHOLE: Final = """\
This pack is without the pictures, readings and agents' manifests of the site: they
leave it with the submission.
本包不含现场图片、读数及代理清单：提交后方可提供。
"""
