"""What a key of a profile holds, in words for both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.camera.profiles.keys import Shape
from agent.wrong import Both

SHAPES: Final[Mapping[Shape, Both]] = {
    Shape.TEXT: Both("a text", "文本"),
    Shape.PATTERN: Both("a regular expression", "正则表达式"),
    Shape.NUMBER: Both("a number", "数字"),
    Shape.WHOLE: Both("a whole number", "整数"),
    Shape.FLAG: Both("true or false", "true 或 false"),
    Shape.TEXTS: Both("a list of texts", "文本列表"),
    Shape.SCALAR: Both("a text, a number, true or false", "文本、数字、true 或 false"),
    Shape.SCALARS: Both("a list of texts, numbers, true or false", "文本、数字、true/false 的列表"),
    Shape.RANGE: Both("[lowest, highest]", "[最低值, 最高值]"),
    Shape.TABLE: Both("a table", "表"),
    Shape.TABLES: Both("tables with names", "带名称的表"),
    Shape.LIST: Both("a list of tables", "表的列表"),
    Shape.MAP: Both(
        "a table of texts, numbers, true or false", "由文本、数字、true/false 组成的表"
    ),
    Shape.ANY: Both("a table", "表"),
}
