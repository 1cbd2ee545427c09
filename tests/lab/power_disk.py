"""A disk that loses power: what was not synced is lost, torn or there, as the dice say.

A file keeps its synced content and the writes since; a directory its synced names and the changes
since. At the cut a random part of the writes survives, in any combination, at most one torn at a
512-byte sector, and of each directory's changes a random beginning. POSIX promises no more: a
file's sync says nothing of its name, a directory's nothing of content.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SECTOR: Final = 512
_SURVIVAL: Final = (0.0, 0.0, 0.2, 0.5, 0.8, 1.0)  # how likely a write outlives one cut


@dataclass(frozen=True, slots=True)
class Change:
    """A write at an offset; ``content`` None is a truncate to the offset."""

    offset: int
    content: bytes | None


@dataclass(slots=True, eq=False)
class Node:
    """A file or a directory; ``names`` of a directory maps to nodes."""

    is_directory: bool
    content: bytearray = field(default_factory=bytearray)
    synced: bytearray = field(default_factory=bytearray)
    pending: list[Change] = field(default_factory=list)
    names: dict[str, Node] = field(default_factory=dict)
    synced_names: dict[str, Node] = field(default_factory=dict)
    pending_names: list[tuple[str, Node | None]] = field(default_factory=list)


class PowerDisk:
    """Files by absolute path, under one root that is always there.

    The power goes at change or sync number ``cut_at``, before a sync takes effect; what happens
    afterwards no longer matters.
    """

    def __init__(self, rng: random.Random, root: Path, *, cut_at: int) -> None:
        self._rng = rng
        self._root = root
        self._top = Node(is_directory=True)
        self._steps = 0
        self._cut_at = cut_at
        self.survived: dict[Path, bytes] | None = None
        self.lost = 0  # changes that the cut took or tore

    @property
    def is_cut(self) -> bool:
        """True from the cut on: nothing that returns now was promised to anyone."""
        return self.survived is not None

    def put(self, path: Path, content: bytes) -> None:
        """A file that has been there for long."""
        parent = self._parent(path, make=True)
        node = Node(is_directory=False, content=bytearray(content), synced=bytearray(content))
        parent.names[path.name] = parent.synced_names[path.name] = node

    def find(self, path: Path) -> Node | None:
        """What bears this name now."""
        node = self._top
        for part in path.relative_to(self._root).parts:
            found = node.names.get(part)
            if found is None:
                return None
            node = found
        return node

    def create(self, path: Path, *, is_directory: bool = False) -> Node:
        """A new file or directory; its name is not on the disk before its directory is synced."""
        node = Node(is_directory=is_directory)
        self._name(path, node)
        return node

    def write(self, node: Node, content: bytes, offset: int) -> None:
        """Write, with zeros before where the file was shorter."""
        change = Change(offset, bytes(content))
        _apply(node.content, change)
        node.pending.append(change)
        self._step()

    def truncate(self, node: Node, size: int) -> None:
        """Set the length."""
        change = Change(size, None)
        _apply(node.content, change)
        node.pending.append(change)
        self._step()

    def rename(self, path: Path, to: Path) -> None:
        """One change of one directory: both names or neither."""
        parent = self._parent(path)
        node = parent.names.pop(path.name)
        parent.names[to.name] = node
        parent.pending_names.append((f"{path.name}\0{to.name}", node))
        self._step()

    def unlink(self, path: Path) -> None:
        """Take the name away."""
        self._name(path, None)

    def sync(self, node: Node) -> None:
        """Content of a file, or the names in a directory, is on the disk when this returns."""
        self._step()
        if node.is_directory:
            for change in node.pending_names:
                _rename(node.synced_names, change)
            node.pending_names.clear()
            return
        node.synced[:] = node.content
        node.pending.clear()

    def sync_directory_of(self, path: Path) -> None:
        """The same for the directory that holds this name."""
        self.sync(self._parent(path))

    def _name(self, path: Path, node: Node | None) -> None:
        parent = self._parent(path)
        if node is None:
            parent.names.pop(path.name)
        else:
            parent.names[path.name] = node
        parent.pending_names.append((path.name, node))
        self._step()

    def _parent(self, path: Path, *, make: bool = False) -> Node:
        node = self._top
        for part in path.parent.relative_to(self._root).parts:
            if make and part not in node.names:
                node.names[part] = node.synced_names[part] = Node(is_directory=True)
            node = node.names[part]
        return node

    def _step(self) -> None:
        self._steps += 1
        if self._steps == self._cut_at and not self.is_cut:
            self.survived = dict(self._lose(self._top, self._root, self._rng.choice(_SURVIVAL)))

    def _lose(self, node: Node, path: Path, survival: float) -> Iterator[tuple[Path, bytes]]:
        """What is found under this node after the cut."""
        if not node.is_directory:
            yield path, bytes(self._torn(node, survival))
            return
        changes = node.pending_names
        kept = len(changes) if survival == 1.0 else self._rng.randint(0, len(changes))
        kept = 0 if survival == 0.0 else kept
        self.lost += len(changes) - kept
        names = dict(node.synced_names)
        for change in changes[:kept]:
            _rename(names, change)
        for name, child in sorted(names.items()):
            yield from self._lose(child, path / name, survival)

    def _torn(self, node: Node, survival: float) -> bytearray:
        content = bytearray(node.synced)
        torn = self._rng.randrange(len(node.pending)) if node.pending else -1
        for number, change in enumerate(node.pending):
            if number == torn and change.content is not None and survival < 1.0:
                _apply(content, self._tear(change.offset, change.content))
                self.lost += 1
            elif self._rng.random() < survival:
                _apply(content, change)
            else:
                self.lost += 1
        return content

    def _tear(self, offset: int, content: bytes) -> Change:
        """A beginning or an end of the write, cut where a sector of the disk begins."""
        first = -offset % SECTOR
        edges = [0, *range(first, len(content), SECTOR), len(content)]
        at = self._rng.choice(edges)
        if self._rng.random() < 0.5:
            return Change(offset, content[:at])
        return Change(offset + at, content[at:])


def _apply(content: bytearray, change: Change) -> None:
    if change.content is None:
        del content[change.offset :]
        content.extend(bytes(change.offset - len(content)))
    elif change.content:
        content.extend(bytes(max(0, change.offset - len(content))))
        content[change.offset : change.offset + len(change.content)] = change.content


def _rename(names: dict[str, Node], change: tuple[str, Node | None]) -> None:
    name, node = change
    old, _, new = name.rpartition("\0")
    if old:
        names.pop(old, None)
    if node is None:
        names.pop(new, None)
    else:
        names[new] = node


def restore(survived: dict[Path, bytes], root: Path, to: Path) -> None:
    """Write what survived into a real directory, for the real SQLite to open."""
    for path, content in survived.items():
        target = to / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
