"""pytest as the command line: options, collection into a plan, and items that wait for their verdict."""

from __future__ import annotations

from crisper.plugin.collecting import pytest_collect_file, pytest_collection_modifyitems
from crisper.plugin.options import pytest_addoption, pytest_configure
from crisper.plugin.playing import (
    pytest_report_header,
    pytest_runtestloop,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_unconfigure,
)


__all__ = [
    "pytest_addoption",
    "pytest_collect_file",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_report_header",
    "pytest_runtestloop",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_unconfigure",
]
