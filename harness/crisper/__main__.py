"""The `crisper` command, where what it needs is installed."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; where it lacks something, as beside a bundled backend alone, say what to install."""
    try:
        from crisper.cli import main as command

        command()
    except ModuleNotFoundError as error:
        hint = "pip install 'celery-crisper[report]'; list and judge need [bench]"
        sys.exit(f"crisper: {error.name} is not installed ({hint})")


if __name__ == "__main__":
    main()
