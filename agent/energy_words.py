"""The words of ``preclaim-agent energy`` in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.energy.activity import Activities
from agent.energy.cause import Cause
from agent.wrong import Both

UNKNOWN: Final = Both("unknown", "未知")
NO_DAYS: Final = Both(
    "no day of a battery or panel has closed yet: one closes at the first visit after midnight of"
    " the site",
    "尚无已结束的电池或太阳能日记录：每天在站点午夜后的首次访问时结算",
)
NO_DEVICE: Final = Both(
    "no device {device} in the configuration: preclaim-agent energy without a name shows all",
    "配置中没有设备 {device}：不带名称执行 preclaim-agent energy 可显示全部",
)
HEAD: Final = (
    Both("day", "日期"),
    Both("charge %", "电量 %"),
    Both("gained %", "充入 %"),
    Both("spent %", "消耗 %"),
    Both("panel mWh", "太阳能 mWh"),
    Both("sun h", "日照 h"),
    Both("°C", "°C"),
    Both("watched h", "观察 h"),
    Both("visits", "访问次数"),
)
CAUSES: Final[Mapping[Cause, Both]] = {
    Cause.HEALTHY: Both("healthy", "正常"),
    Cause.WEAK: Both("panel dirty or shaded", "太阳能板脏污或被遮挡"),
    Cause.PANEL_DEAD: Both("panel or charger dead", "太阳能板或充电电路失效"),
    Cause.NOT_CHARGING: Both("battery does not charge", "电池不充电"),
    Cause.COLD: Both("too cold to charge", "低温禁充"),
    Cause.WORN: Both("battery worn", "电池老化"),
    Cause.OVER_USE: Both("used more than it is charged", "耗电过多"),
    Cause.MAINS: Both("fed from the mains", "市电供电"),
    Cause.GAUGE_STUCK: Both("gauge stuck", "电量计失灵"),
    Cause.LOW_SEASON: Both("too little sun in this season", "季节性日照不足"),
    Cause.UNKNOWN: UNKNOWN,
}
LINES: Final[Mapping[str, Both]] = {
    "cause": Both("cause: {cause}: {because}", "原因：{cause}：{because}"),
    "suspected": Both(
        "may be: {cause}; what would settle it: {settle}", "疑似：{cause}；判定尚需：{settle}"
    ),
    "autonomy": Both(
        "without any sun today's charge lasts: {lasts}", "无日照时现有电量可维持：{lasts}"
    ),
    "holds": Both(
        "worst week of the year ahead: {week}: {gained} % gained, {spent} % spent a day: it holds",
        "未来一年最差的一周：{week}：每日充入 {gained}%，消耗 {spent}%：可以维持",
    ),
    "short": Both(
        "worst week of the year ahead: {week}: {gained} % gained, {spent} % spent a day: a full"
        " battery lasts {days} d of it",
        "未来一年最差的一周：{week}：每日充入 {gained}%，消耗 {spent}%：满电可维持 {days} 天",
    ),
    "darkest": Both(
        "year ahead: the darkest week, {week}, has {share} of today's sun; whether that is enough"
        " shows once the battery has room in the sun for a week",
        "未来一年：最暗的一周 {week} 日照为今日的 {share}；电池有一周未充满的日照记录后方可判断"
        "是否足够",
    ),
    "no_forecast": Both(
        "year ahead: unknown (needs latitude and longitude, and some sun now)",
        "未来一年：未知（需经纬度，且当前须有日照）",
    ),
    "capacity": Both("capacity of day 0: {share}", "相对初始容量：{share}"),
    "exchanged": Both(
        "another battery since about {day}: day 0 began anew",
        "电池约于 {day} 更换：初始容量重新计算",
    ),
    "activities": Both("a day takes: {words}", "每日消耗：{words}"),
}
_ACTIVITIES: Final = Both(
    "our visits {visits}, the dark hours {night}, standby at most {standby}; what it takes by day"
    " while it charges is in no gauge",
    "本系统访问 {visits}，夜间 {night}，待机至多 {standby}；白天充电期间的消耗无法从电量计得知",
)


def activity_words(activities: Activities) -> Both:
    """In percent, or unknown."""
    return _ACTIVITIES.filled(
        visits=percent_words(activities.visits),
        night=percent_words(activities.night),
        standby=percent_words(activities.standby),
    )


def percent_words(value: float | None) -> Both:
    """With its sign, or unknown."""
    return UNKNOWN if value is None else Both(f"{value:.1f} %", f"{value:.1f}%")


def days_words(value: float | None) -> Both:
    """With their unit, or unknown."""
    return UNKNOWN if value is None else Both(f"{value:.1f} d", f"{value:.1f} 天")
