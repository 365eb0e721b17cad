"""Finds what other packages declare: backends, a broker and scenarios, by entry point, and backends by URL."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from crisper.backends import Backend, Broker
from crisper.clauses import Unplayed
from crisper.errors import UsageError
from crisper.scenario import Scenario, Workload, declared_in
from crisper.secrecy import redacted


BACKENDS = "crisper.backends"
BROKER = "crisper.broker"
SCENARIOS = "crisper.scenarios"

#: What a contestant may be called.
LABEL = re.compile(r"\w[\w.-]*")


def backend_names() -> list[str]:
    """Return the names of all declared backends, without importing any."""
    return sorted(entry_points(group=BACKENDS).names)


def engine_names() -> list[str]:
    """Return the names of the engines of all declared backends that can be imported, and of the broker."""
    declared: list[Backend | Broker | None] = []
    for name in backend_names():
        with suppress(UsageError):
            declared.append(backend(name))
    with suppress(UsageError):
        declared.append(broker())
    return sorted({each.engine.name for each in declared if each is not None and each.engine is not None})


def backend(option: str) -> Backend:
    """Return the Backend that one `--backend` names: a declared name, a URL, or `label=URL`.

    Raises UsageError that names what to change.
    """
    return _by_url(option) if "://" in option else _by_name(option)


def broker() -> Broker | None:
    """Return the declared Broker, by name the first of several; None where there is none.

    Raises UsageError where its package cannot be imported.
    """
    for entry in sorted(entry_points(group=BROKER), key=lambda each: each.name):
        loaded = _loaded(entry, f"the broker {entry.name}")
        if isinstance(loaded, Broker):
            return loaded
    return None


def names_a_class(url: str) -> bool:
    """Whether a URL begins with a class of somebody's own, `package.module:Class+`."""
    return ":" in url.partition("://")[0].partition("+")[0]


def _by_name(name: str) -> Backend:
    try:
        (entry,) = entry_points(group=BACKENDS, name=name)
    except ValueError:
        message = f"--backend {name}: no such backend"
        raise UsageError(
            message, hint=f"known: {', '.join(backend_names())}; or a URL such as scheme://host/0"
        ) from None
    loaded = _loaded(entry, f"--backend {name}")
    if not isinstance(loaded, Backend):
        message = f"--backend {name}: the entry point {entry.value} is no crisper.backends.Backend"
        raise UsageError(message)
    return loaded


def _loaded(entry: EntryPoint, option: str) -> Any:
    try:
        return entry.load()
    except ImportError as error:
        message = f"{option}: {error}"
        raise UsageError(message, hint="install the extra that brings it, e.g. celery-crisper[gate]") from error


def _by_url(option: str) -> Backend:
    from crisper.celery import urls

    shown = redacted(option)
    label, url = _labelled(option, shown)
    cls = urls.backend_class(url, option=shown)
    urls.expect_listener(url, option=shown)
    return Backend(name=label, url=url, claims=urls.claims_of(cls), client="", yours=True)


def _labelled(option: str, shown: str) -> tuple[str, str]:
    head, _, rest = option.partition("://")
    label, equals, scheme = head.rpartition("=")
    if equals and not label:
        message = f"--backend {shown}: the label before = is empty"
        raise UsageError(message, hint="write label=URL, or the URL alone")
    if equals and not LABEL.fullmatch(label):
        message = f"--backend {shown}: the label before = has more than letters, digits, '.', '_' and '-'"
        raise UsageError(message, hint="files are named after it")
    if equals:
        return label, f"{scheme}://{rest}"
    return f"{scheme.partition('+')[0].rpartition(':')[2]}-url", option


def scenario_folders() -> list[Path]:
    """Return the folders of the declared packages of scenarios."""
    return [folder for folders in _packages().values() for folder in folders]


@cache
def _packages() -> dict[str, list[Path]]:
    # Looked up once: every installed distribution is opened for it.
    specs = {entry.value: importlib.util.find_spec(entry.value) for entry in entry_points(group=SCENARIOS)}
    return {
        package: [Path(folder) for folder in spec.submodule_search_locations or ()]
        for package, spec in specs.items()
        if spec
    }


def module(source: Path) -> ModuleType:
    """Return the module in a file: by its package where a declared one holds it, else by its path."""
    for package, folders in _packages().items():
        if source.parent in folders:
            return importlib.import_module(f"{package}.{source.stem}")
    spec = importlib.util.spec_from_file_location(f"crisper_file_{source.stem}", source)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def found(scenario: str, source: str) -> Scenario | Workload:
    """Return the scenario of that id in a file.

    Raises UsageError where the file no longer declares it.
    """
    for each in declared_in(module(Path(source))):
        if each.id == scenario:
            return each
    message = f"{source} declares no scenario {scenario!r}"
    raise UsageError(message)


def scenarios(*more: Path) -> dict[str, Scenario | Workload]:
    """Return every scenario and workload of the declared packages, and of more files, by its id.

    Raises UsageError for a file that cannot be imported, or declares none.
    """
    declared = {each.id: each for known in _modules() for each in declared_in(known)}
    return declared | {each.id: each for file in more for each in _asked_for(file)}


def unplayed() -> list[Unplayed]:
    """Return what the declared packages say of promises that they do not play."""
    return [each for known in _modules() for each in vars(known).values() if isinstance(each, Unplayed)]


def _modules() -> Iterator[ModuleType]:
    return (module(file) for folder in scenario_folders() for file in sorted(folder.glob("*.py")))


def _asked_for(file: Path) -> list[Scenario | Workload]:
    try:
        found = declared_in(module(file))
    except (ImportError, SyntaxError) as error:
        message = f"--scenarios {file.name}: {error}"
        raise UsageError(message) from error
    if not found:
        message = f"--scenarios {file.name} declares no scenario"
        raise UsageError(message)
    return found
