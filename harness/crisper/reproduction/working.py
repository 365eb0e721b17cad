"""A worker within a script, and the tasks that it is to do."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from crisper.history import Op
from crisper.reproduction.literals import Literals
from crisper.reproduction.record import UnsayableError


def worker(pool: str) -> str:
    """Return the line that starts a worker, for the block that follows.

    Raises UnsayableError for one that a script cannot have within itself.
    """
    if pool != "solo":
        message = f"it was seen with a {pool} worker only, which a script cannot have within itself"
        raise UnsayableError(message)
    return "with start_worker(app, pool='solo', perform_ping_check=False):"


def definitions(ops: Iterable[Op], literals: Literals, *, broker: str | None) -> list[str]:
    """Return the definitions of the tasks that were sent, as `crisper.celery.tasks` has them, on an `app`."""
    literals.imports.add("from celery.contrib.testing.worker import start_worker")
    names = {str(op.input["task"]) for op in ops if op.call == "apply_async"}
    wanted = {node.name for node in _module().body if isinstance(node, ast.FunctionDef) and node.name in names}
    lines = ["app = solo.app"]
    lines += ["app.conf.task_default_queue = f'{run}'"] if broker else []
    for node in _needed(wanted):
        text = ast.unparse(_Bare().visit(node))
        literals.imports |= {"import time"} if "time." in text else set()
        lines += ["", *text.splitlines()]
    return lines


@cache
def _source() -> str:
    spec = importlib.util.find_spec("crisper.celery.tasks")
    assert spec is not None
    return Path(str(spec.origin)).read_text(encoding="utf-8")


def _module() -> ast.Module:
    return ast.parse(_source())


def _needed(wanted: set[str]) -> Iterator[ast.stmt]:
    """Yield the definitions of these names, and of whatever else of the module these need, in its order."""
    nodes = {name: node for node in _module().body for name in _defined(node)}
    before: set[str] = set()
    while before != wanted:
        before = wanted
        wanted = wanted | {each.id for name in before for each in ast.walk(nodes[name]) if isinstance(each, ast.Name)}
        wanted &= nodes.keys()
    return (node for name, node in nodes.items() if name in wanted)


def _defined(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
            return [name]
    return []


class _Bare(ast.NodeTransformer):
    """Leaves out what says nothing to a maintainer of Celery: annotations and docstrings; names the app."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        node.body = node.body[1:] or node.body
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [ast.Pass()]
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.parse("app.task", mode="eval").body if node.id == "shared_task" else node
