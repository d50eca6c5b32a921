"""The arrows between modules point one way, and the file list is the table of contents."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import qa
import qa.errors
import vector_store

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for package in ("qa", "vector_store") for path in (ROOT / package).rglob("*.py"))
HEAVY = ("faiss", "gradio", "numpy", "sentence_transformers", "torch")
NAMES = [path.relative_to(ROOT).as_posix() for path in SOURCES]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """Every module that is imported anywhere in a file, also within functions."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_the_top_level_holds_what_it_must() -> None:
    for name in ("qa", "seeds", "vector_store", "tests"):
        assert (ROOT / name).is_dir()
    for name in ("pyproject.toml", "app.py"):
        assert (ROOT / name).is_file()
    assert len(list((ROOT / "seeds").iterdir())) == 5


def test_the_sources_are_found() -> None:
    assert {"qa/answer.py", "qa/load/plain.py", "qa/ui/page.py", "vector_store/store.py"} <= set(NAMES)


def test_the_store_knows_nothing_of_questions_and_answers() -> None:
    for path in SOURCES:
        if path.is_relative_to(ROOT / "vector_store"):
            assert not [name for name in imported(path) if name.partition(".")[0] == "qa"], path


def test_only_the_page_imports_gradio() -> None:
    users = [
        path for path in [*SOURCES, ROOT / "app.py"] if any(re.match(r"gradio\b", name) for name in imported(path))
    ]
    assert users
    assert {path.parent for path in users} == {ROOT / "qa" / "ui"}


def arrows() -> dict[str, set[str]]:
    """For every module of qa, with a package as one, those of qa that it imports at run time."""
    found: dict[str, set[str]] = {}
    for path in SOURCES:
        if path.is_relative_to(ROOT / "qa") and path != ROOT / "qa" / "__init__.py":
            own = path.relative_to(ROOT / "qa").parts[0].removesuffix(".py")
            names = {name.split(".")[1] for name in imported_at_run_time(path) if name.startswith("qa.")}
            found.setdefault(own, set()).update(names - {own, "__version__"})
    return found


def test_no_arrow_leads_back() -> None:
    """The answer knows the library by its type alone."""
    order = list(TopologicalSorter(arrows()).static_order())  # CycleError where there is none
    assert order.index("records") < order.index("answer") < order.index("library") < order.index("cli")


def test_only_the_program_knows_its_faces_and_errors_know_nobody() -> None:
    users = {face: {own for own, names in arrows().items() if face in names} for face in ("cli", "ui")}
    assert users == {"cli": {"__main__"}, "ui": {"cli"}}
    assert (arrows()["errors"], arrows()["records"]) == (set(), set())


def imported_at_run_time(path: Path) -> set[str]:
    """What a file imports, but for its types."""
    module = tree(path)
    for node in ast.walk(module):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    return {
        f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize("program", ["import qa", "import qa.cli", "import qa.errors, qa.records, qa.render, qa.load"])
def test_importing_it_loads_nothing_heavy(program: str) -> None:
    loaded = f"import sys; {program}; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_saved_index_is_read_without_torch_and_without_gradio() -> None:
    program = "import sys, qa.library, qa.receipt; print(sorted({'gradio', 'torch'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


# Names


def test_what_a_package_offers_is_sorted_and_can_be_imported() -> None:
    assert qa.__all__ == sorted(qa.__all__)
    for package in (qa, vector_store):
        assert len(set(package.__all__)) == len(package.__all__)
        for name in package.__all__:
            assert getattr(package, name) is not None
    assert {qa.Library.__module__, qa.QAError.__module__, qa.Quote.__module__} == {
        "qa.library",
        "qa.errors",
        "qa.records",
    }


def test_a_name_that_is_not_offered_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'qa' has no attribute 'Nothing'"):
        qa.Nothing  # noqa: B018 - to look it up is the test


def test_no_module_is_named_like_an_exported_name_or_the_standard_library() -> None:
    stems = {path.stem for path in SOURCES} - {"__init__", "__main__"}
    assert stems.isdisjoint({*qa.__all__, *vector_store.__all__})
    assert stems.isdisjoint(sys.stdlib_module_names)


def test_every_error_is_in_the_tree_and_has_a_docstring() -> None:
    errors = {
        name: error
        for name, error in vars(qa.errors).items()
        if isinstance(error, type) and error.__module__ == "qa.errors"
    }
    drawn = re.findall(r"^ *(?:[├└]── )?([A-Z]\w+)  ", qa.errors.__doc__ or "", re.MULTILINE)
    assert sorted(drawn) == sorted(errors)
    for name, error in errors.items():
        assert error.__base__ is (Exception if name == "QAError" else qa.QAError)
        assert error.__doc__


@pytest.mark.parametrize("name", NAMES)
def test_every_module_says_what_it_is(name: str) -> None:
    assert ast.get_docstring(tree(ROOT / name))


@pytest.mark.parametrize("name", NAMES)
def test_every_public_function_and_class_says_what_it_gives(name: str) -> None:
    for node in tree(ROOT / name).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name


@pytest.mark.parametrize("name", NAMES)
def test_no_function_is_long(name: str) -> None:
    for node in ast.walk(tree(ROOT / name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            # The page is declared in one go: its components, then what happens between them.
            assert length <= 60 or (name, node.name) == ("qa/ui/page.py", "build"), f"{node.name} has {length} lines"
