"""The names of states and actors in sentences of both languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from collector.claims.problem import Both

STATE_WORDS: Final[Mapping[str, Both]] = {
    "draft": Both("draft", "草稿"),
    "ready": Both("ready", "待提交"),
    "auto_cleared": Both("cleared by itself", "已自愈"),
    "submitted": Both("submitted", "已提交"),
    "in_review": Both("in review", "技术评审"),
    "need_info": Both("needs information", "待补充资料"),
    "approved": Both("approved", "已批准"),
    "rejected": Both("rejected", "已拒绝"),
    "awaiting_return": Both("awaiting return", "待退回"),
    "received": Both("received", "已收货"),
    "resolving": Both("in progress", "处理中"),
    "fulfilled": Both("shipped or credited", "已发货/已入账"),
    "resolved": Both("resolved", "已解决"),
    "closed": Both("closed", "已关闭"),
    "withdrawn": Both("withdrawn", "已撤回"),
    "merged": Both("merged", "已合并"),
    "lapsed": Both("lapsed", "已失效"),
}
ACTOR_WORDS: Final[Mapping[str, Both]] = {
    "system": Both("the collector", "系统"),
    "integrator": Both("an integrator", "集成商"),
    "distributor": Both("a distributor", "经销商"),
    "factory_engineer": Both("a factory engineer", "工厂工程师"),
    "admin": Both("an administrator", "管理员"),
}


def words_of(state: str) -> Both:
    """The state in both languages; its id when it is not known here."""
    return STATE_WORDS.get(state, Both(state, state))
