"""The command line that plays one playing again, exactly as it was played."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from crisper.history import Play
from crisper.player.plan import Plan
from crisper.plugin.items import PlayItem
from crisper.secrecy import redacted


def commands(config: pytest.Config, items: list[PlayItem], plan: Plan) -> dict[Play, str]:
    """Return the command for each playing; a secret in a URL is left out."""
    return {item.entry.play: _command(config, item, plan) for item in items}


def _command(config: pytest.Config, item: PlayItem, plan: Plan) -> str:
    option = plan.options[item.entry.play.contestant]
    words = ["pytest", *_plugin(config), f"{_place(item.path, config.invocation_params.dir)}::{item.name}"]
    words += ["--seed", str(plan.seed), "--backend", redacted(option) if "://" in option else option]
    words += ["--profile", plan.profile] if plan.profile != "quick" else []
    for engine, reference in plan.images.items():
        words += ["--image", f"{engine}={reference}"]
    return shlex.join(words)


def _plugin(config: pytest.Config) -> list[str]:
    return ["-p", "crisper.plugin"] if "crisper.plugin" in config.invocation_params.args else []


def _place(path: Path, here: Path) -> str:
    place = os.path.relpath(path, here)
    return str(path) if place.startswith("..") else place
