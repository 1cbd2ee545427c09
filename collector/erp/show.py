"""A dry run: every request as it would be made, with the key left out. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from collector.erp.facts import Fact
from collector.erp.fill import is_askable, make
from collector.erp.template import Step, Template, steps_of, steps_of_pack

HIDDEN: Final = "***"
_WORDS: Final = {
    "en": {
        "skipped": "left out: nothing is known to look it up by",
        "needed": "without it nothing is made",
        "exists": "found: nothing more is made",
        "attached": "found: the pack is not sent again",
        "found": "<from step {step}>",
        "file": "the claim pack, {size} bytes",
        "no_pack": "no pack goes along",
    },
    "zh": {
        "skipped": "跳过：没有可用于查找的内容",
        "needed": "找不到则不创建",
        "exists": "若已存在则不再创建",
        "attached": "若已附上则不再发送索赔包",
        "found": "<来自步骤 {step}>",
        "file": "索赔包，{size} 字节",
        "no_pack": "不附索赔包",
    },
}


def show(
    template: Template,
    facts: Mapping[str, Fact],
    *,
    url: str,
    pack_bytes: int | None,
    language: str,
) -> Iterator[str]:
    """The lines of a dry run; ``pack_bytes`` is None where no pack goes along."""
    say = _WORDS[language]
    known = dict(facts)
    if pack_bytes is not None:
        known["pack_base64"] = f"<{say['file'].format(size=pack_bytes)}, base64>"
    for number, step in enumerate(steps_of(template), start=1):
        about = step.about_zh if language == "zh" else step.about_en
        yield f"# {number}. {about}{_note(template, step, say)}"
        if pack_bytes is None and step in steps_of_pack(template):
            yield f"# {say['no_pack']}"
        elif step in template.find and not is_askable(step, known):
            yield f"# {say['skipped']}"
            known |= dict.fromkeys(step.take)
        else:
            yield from _request(template, step, known, url=url, say=say, size=pack_bytes)
            known |= {name: say["found"].format(step=number) for name in step.take}
        yield ""


def _note(template: Template, step: Step, say: Mapping[str, str]) -> str:
    if step is template.attached:
        return f" ({say['attached']})"
    if step is template.exists:
        return f" ({say['exists']})"
    return f" ({say['needed']})" if step.needed else ""


def _request(
    template: Template,
    step: Step,
    known: Mapping[str, Fact],
    *,
    url: str,
    say: Mapping[str, str],
    size: int | None,
) -> Iterator[str]:
    made = make(template, step, known)
    yield f"{made.method} {url}{made.target}"
    yield f"Authorization: {template.authorization.replace('{key}', HIDDEN)}"
    for name, value in made.headers.items():
        yield f"{name}: {value}"
    if made.form or made.file:
        yield "Content-Type: multipart/form-data"
        yield ""
        yield from (f"{name}={value}" for name, value in made.form.items())
        yield f"file=@{made.file} ({say['file'].format(size=size)})"
    elif made.body is not None:
        yield ""
        yield json.dumps(json.loads(made.body), ensure_ascii=False, indent=2)
