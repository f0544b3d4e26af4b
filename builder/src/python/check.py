# Run by the staged interpreter with the staged application attached: is it self-contained, and can it start what it is to start?
#
# usage: check.py MODULE FUNCTION VERSION INTERPRETER-ROOT APPLICATION-ROOT (MODULE empty: only the first question; FUNCTION empty: it is
# run as a module). Nothing of the application is imported: modules are found, and their source is read.
import ast
import difflib
import os
import pkgutil
import sys
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder


def own_place(roots):
    for entry in sys.path:
        if not any(entry == root or entry.startswith(root + os.sep) for root in roots):
            return "sys.path leads out of the package: " + entry
    places = {"sys.base_prefix": sys.base_prefix, "sys.executable": sys.executable, "os": os.__file__}
    for name, place in places.items():
        if not place.startswith(roots[0] + os.sep) and place != roots[0]:
            return name + " is outside the package: " + place
    if sys.prefix != roots[1]:
        return "sys.prefix is not the application: " + sys.prefix
    if len(set(sys.path)) != len(sys.path):
        return "sys.path names a directory twice"
    import site
    if site.ENABLE_USER_SITE:
        return "the user's own packages are visible"
    return ""


def find(name):
    """The spec of a module, found without importing its parents; or None and the names that there are instead."""
    path, parent, spec = None, "", None
    for part in name.split("."):
        full = parent + "." + part if parent else part
        spec = PathFinder.find_spec(full, path)
        if spec is None and not parent:
            spec = BuiltinImporter.find_spec(part) or FrozenImporter.find_spec(part)
        if spec is None:
            there = {module.name for module in pkgutil.iter_modules(path)}
            if not parent:
                there.update(sys.builtin_module_names)
            near = difflib.get_close_matches(part, there, n=3)
            return None, [parent + "." + other if parent else other for other in near]
        path, parent = spec.submodule_search_locations or [], full
    return spec, []


def bound_names(spec):
    """The names a module binds at its top level; None when that cannot be told without running it."""
    if not spec.origin or not spec.origin.endswith(".py"):
        return None
    with open(spec.origin, "rb") as file:
        tree = ast.parse(file.read())
    names = set()
    pending = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if alias.name == "*":
                    return None
                names.add(alias.asname or alias.name.split(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        else:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("globals", "exec", "setattr"):
                return None
            pending.extend(ast.iter_child_nodes(node))
    return None if "__getattr__" in names else names


def can_start(module, function):
    spec, near = find(module)
    if spec is None:
        return "no-module", near
    if not function:
        if spec.submodule_search_locations is not None and find(module + ".__main__")[0] is None:
            return "not-runnable", []
        return "", []
    first = function.split(".")[0]
    names = bound_names(spec)
    submodule = spec.submodule_search_locations is not None and find(module + "." + first)[0] is not None
    if names is None or first in names or submodule:
        return "", []
    near = difflib.get_close_matches(first, names, n=3)
    if not near and "main" in names:
        near = ["main"]
    return "no-function", near


def main(module, function, version, *roots):
    # The script's own directory is not a part of what is checked.
    sys.path[:] = [entry for entry in sys.path if entry != os.path.dirname(os.path.abspath(__file__))]
    problem = own_place([os.path.abspath(root) for root in roots])
    if sys.version != version:
        problem = "sys.version has changed: " + sys.version
    kind, near = can_start(module, function) if module and not problem else ("", [])
    answers = {"problem": problem, "start": kind, "near": "\n".join(near)}
    out = sys.stdout.buffer
    out.write(b"\0psp-answer\0")
    for name, value in answers.items():
        out.write(os.fsencode(name) + b"\0" + os.fsencode(value) + b"\0")
    out.flush()


main(*sys.argv[1:])
