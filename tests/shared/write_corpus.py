"""Write the corpus of the present wire version; run once per version, never over an old one."""

from __future__ import annotations

from pathlib import Path

from shared import frame, wire
from shared.columns import Columns
from tests.shared import examples

FOLDER = Path(__file__).parent / "corpus" / f"v{frame.VERSION}"


def main() -> None:
    """Write each example as the frame that would travel; existing files stay as they are."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    messages: dict[str, wire.UpMessage | wire.DownMessage] = {
        **examples.up_messages(),
        **examples.down_messages(),
    }
    for name, message in messages.items():
        path = FOLDER / f"{name}.bin"
        if path.exists():
            continue
        path.write_bytes(
            frame.pack(
                lane=wire.LANE_OF[type(message)],
                epoch=examples.EPOCH,
                seq=7,
                body=wire.encode(message),
                # columns never travel otherwise; health as agents send it now
                compress=isinstance(message, Columns) or name == "health_words",
            )
        )


if __name__ == "__main__":
    main()
