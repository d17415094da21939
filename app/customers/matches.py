"""How many a filter that is being built selects, and how many each of its conditions selects alone (CT-8)."""

from __future__ import annotations

from sqlalchemy import Executable, func, select

from app.customers.asking import fields, setting
from app.customers.conditions.meaning import problems
from app.customers.conditions.nodes import Group, Path
from app.customers.filters import CustomerFilter
from app.kept_statements import ask


def matches_alone(chosen: CustomerFilter, group: Group) -> dict[Path, int]:
    """By path, how many of the sample each readable condition selects; all are counted in one go."""
    paths = {f"n{number}": path for number, path in enumerate(_readable(chosen, group))}
    if not paths:
        return {}
    row = ask(None, lambda: _statement(chosen, group, paths), chosen.parameters()).one()
    return {path: int(getattr(row, name)) for name, path in paths.items()}


def _readable(chosen: CustomerFilter, group: Group) -> list[Path]:
    wrong = problems(group, fields(), setting())
    return [path for path, _condition in group.conditions() if path not in wrong]


def _statement(chosen: CustomerFilter, group: Group, paths: dict[str, Path]) -> Executable:
    figures = chosen.figures()
    compiler = chosen.compiler(figures)
    counts = [func.count().filter(compiler.holds(group.at(path))).label(name) for name, path in paths.items()]
    return select(*counts).select_from(compiler.joined(figures.rows)).where(*figures.where)
