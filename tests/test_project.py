"""Rules that the whole project keeps."""

import ast
import json
import re
import subprocess
from pathlib import Path

import nbformat
import pytest
import yaml

from analysis import describe, notebooks, schema
from analysis.called import CALLED
from analysis.schema import ORIGINS
from analysis.study import DECISIONS, open_study

PROJECT = Path(__file__).resolve().parent.parent
PAGES = sorted(path for path in (PROJECT / "book").rglob("*.md") if not {"locales", "codes"} & set(path.parts))
NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
RESULTS = PROJECT / "results" / "liu2025"

# The stages in the order in which data flows; a module imports from its own line and from those above.
LAYERS = [
    {"errors", "computable", "called", "wording", "directions", "parsing"},
    {"locks", "beside", "database", "masking", "traces", "privacy", "marked", "reads"},
    {"columns"},
    {"canonical"},
    {"schema"},
    {"tables", "in_files"},
    {"settings"},
    {"study"},
    {"left_open", "read_once"},
    {"figures.retelling", "figures.themes"},
    {"figures.labels", "figures.tips"},
    {"figures.style", "harvest"},
    {"on_page"},
    {"results"},
    {"sources", "languages"},
    {"scripts"},
    {"code_points"},
    {"markup"},
    {"language"},
    {"sides", "merging"},
    {"staging", "import_report"},
    {"import_counts"},
    {"importing"},
    {"import_told"},
    {"qda"},
    {"incoming"},
    {"guesses", "corpus", "frame"},
    {"measures"},
    {"criteria"},
    {"selection", "frame_files"},
    {"thresholds", "choosing", "frames"},
    {"sampling", "contenders", "spark_session"},
    {"suggestions", "finding", "on_spark"},
    {"study_file", "glimpse", "mapping_block"},
    {"switching", "proportions"},
    {"exchange"},
    {"mixing"},
    {"units", "history"},
    {"resampling"},
    {"coding"},
    {"codebooks"},
    {"occurrence", "co_occurrence", "coded", "rounds"},
    {"shares", "roles", "replaced"},
    {"alpha", "masi", "coefficients", "characters", "spans", "coverage"},
    {"saturation", "unseen", "agreement", "findings"},
    {"cut_offs", "robustness"},
    {"redrawn", "recounted"},
    {"references"},
    {"checks"},
    {"claims"},
    {"intervals"},
    {"compared"},
    {"comparable"},
    {"comparison"},
    {"comparison_told", "sampling_told"},
    {"figures"},
    {"standin"},
    {"excerpts"},
    {"drawn", "out", "spreadsheets"},
    {"export_tables", "export_page"},
    {"export", "packages", "assign"},
    {"code_pages", "claim_rows", "argument_map"},
    {"map_layout"},
    {"browse_rows", "browse_codings", "browse_search"},
    {"browse"},
    {"browse_page"},
    {"forked", "loaded"},
    {"forking"},
    {"kernels"},
    {"engine"},
    {"notebooks", "execution"},
    {"code_used", "steps"},
    {"sample_asked"},
    {"run_folder"},
    {"currency"},
    {"laid_down"},
    {"pipeline", "differences"},
    {"verifying"},
    {"sweep_table", "sweep_row"},
    {"sweep_here", "sweep_cluster", "sweep"},
    {"sweep_told"},
    {"answers", "recorded"},
    {"editions", "shown_texts"},
    {"committed", "publish", "checking", "describe"},
    {"catalogues", "paper_pages", "paper_fonts"},
    {"paper_front"},
    {"paper"},
    {"replication"},
    {"cli_told", "cli_app"},
    {"cli_running", "cli_study"},
    {"cli"},
]


def layer_of(module: str) -> int:
    inside = module.removeprefix("analysis").lstrip(".")
    named = [number for number, layer in enumerate(LAYERS) if inside in layer or inside.split(".")[0] in layer]
    exact = [number for number, layer in enumerate(LAYERS) if inside in layer]
    assert inside == "" or named, f"{module} has no layer"
    return (exact or named or [-1])[0]


def pins(lock: str) -> dict[str, str]:
    """The versions that a lock fixes, by package."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", lock, flags=re.MULTILINE))


def tracked(*folders: str) -> list[str]:
    done = subprocess.run(["git", "ls-files", *folders], cwd=PROJECT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def modules() -> list[Path]:
    return sorted((PROJECT / "src" / "analysis").rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(PROJECT / "src").with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imported_in(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_a_module_imports_from_earlier_stages_only(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {dotted(other) for other in modules()}
    imported = {name for name in imported_in(tree) if name in known and name != "analysis"}
    imported -= {name for name in imported if any(other.startswith(f"{name}.") for other in imported)}
    # The door from a study to what reads its foreign files opens only when it is used.
    if dotted(path) == "analysis.study":
        imported -= {"analysis.sources.mapped"}
    assert not [name for name in imported if layer_of(name) > layer_of(dotted(path))]


WORDS_OF_THE_STUDY = re.compile(r"xiaohongshu|rednote|tiktok|\bEnglish\b|\bChinese\b|小红书", re.IGNORECASE)


NEUTRAL = [path for path in modules() if not {"standin", "sources"} & set(path.parts)]


@pytest.mark.parametrize("path", NEUTRAL, ids=dotted)
def test_the_code_does_not_know_which_platform_and_languages_a_study_is_about(path):
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    documented = [node for node in nodes if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    docstrings = {ast.get_docstring(node, clean=False) for node in documented}
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in texts if text not in docstrings and WORDS_OF_THE_STUDY.search(text)]


# What may stand as digits in prose, by rule: dates and years, places in the article, list numbers.
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
ALLOWED = [
    r"```.*?```", r"~~~.*?~~~", r"`[^`]*`", r"\{\{.*?\}\}", r"\]\([^)]*\)", r"<[^>]+>", r"^:{3,}.*$",
    rf"\b\d{{1,2}}(?:(?: and |–|, )\d{{1,2}})* {MONTH}",
    r"\b(?:19\d\d|20[0-3]\d)(?:[–/]\d{2,4})?s?\b(?! (?:posts|comments|replies|creators|screenshots|codes))",
    r"\d{4}-\d{2}-\d{2}",
    r"(?:Sections?|Figures?|Posts?|Notebooks?|Notes?|§§?)\s\d+(?:\.\d+)*(?:(?:,| and| to|–)\s?\d+(?:\.\d+)*)*",
    r"^\s*\d+\.\s", r"\b[A-Za-z]+\d+\b|NVivo 12|4CAT|Python 3(?:\.\d+)?|WCAG 2\.2|CC BY(?:-NC)? 4\.0|SHA-?256|UTF-8",
]  # fmt: skip


def typed_numbers(text: str) -> list[str]:
    for allowed in ALLOWED:
        across_lines = re.DOTALL if allowed.startswith(("```", "~~~")) else re.NOFLAG
        text = re.sub(allowed, " ", text, flags=re.MULTILINE | across_lines)
    return re.findall(r"[^\s]*\d[^\s]*", text)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_number_is_typed_in_the_prose(path):
    assert typed_numbers(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_number_is_typed_in_a_notebook(path):
    prose = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown"]
    assert typed_numbers("\n\n".join(prose)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("There were 120 posts.", ["120"]), ("There were {{ posts }} posts on 19 January 2025.", []),
        ("Post 178 is not among them (Section 5.3, Figures 3 and 4).", []), ("`x = 3`, see [here](a2.md)", []),
        ("about 3 million", ["3"]), ("2024 posts, 1683 replies; Table 17 posts", ["2024", "1683", "17"]),
        ("1. First\n2. Then 40", ["40"]), ("```python\nn = 7\n```\nand 7.5 %", ["7.5"]),
    ],
)  # fmt: skip
def test_typed_numbers_are_found_by_rule(text, found):
    assert typed_numbers(text) == found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_tells_and_its_cells_are_short(path):
    cells = nbformat.read(path, 4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    # The cell of parameters is a list of names.
    told = [cell for cell in code if "parameters" not in cell.metadata.get("tags", [])]
    lines = sorted(len(cell.source.splitlines()) for cell in told)
    assert cells[0].source.startswith("# ")
    assert lines[-1] <= 10
    assert lines[len(lines) // 2] <= 4
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert sum(cell.cell_type == "markdown" for cell in cells) >= len(code) / 3


def test_every_decision_is_a_parameter_of_a_notebook():
    taken = {name for path in NOTEBOOKS for name in notebooks.parameters_of(notebooks.read_notebook(path), path.name)}
    assert taken == {"study", *DECISIONS}


def test_no_notebook_reads_a_decision_or_a_value_by_the_back_door():
    for path in NOTEBOOKS:
        code = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code")
        assert not re.search(r"\.decisions\b|this\.values\(", code), path.stem


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_defines_nothing_and_opens_no_file(path):
    tree = ast.parse("\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "open"]


def test_there_are_the_ten_notebooks():
    assert [path.stem[3:] for path in NOTEBOOKS] == [
        "frame", "corpus", "sample", "exchange", "coding",
        "saturation", "agreement", "affordances", "robustness", "claims",
    ]  # fmt: skip


def test_every_result_has_its_file_and_an_origin():
    index = json.loads((RESULTS / "index.json").read_text(encoding="utf-8"))
    files = {f"{entry['kind']}s/{entry['name']}" for entry in index.values() if not entry["missing"]}
    there = [*RESULTS.glob("tables/*"), *RESULTS.glob("figures/*")]
    assert files == {path.relative_to(RESULTS).with_suffix("").as_posix() for path in there}
    assert {entry["origin"] for entry in index.values()} <= set(ORIGINS)


def test_every_figure_has_a_caption_and_alternative_text():
    index = json.loads((RESULTS / "index.json").read_text(encoding="utf-8"))
    figures = [entry for entry in index.values() if entry["kind"] == "figure"]
    assert len(figures) >= 10
    for entry in figures:
        assert len(entry["alt"]) > 30, entry["name"]
        assert len(entry["caption"]) > 20, entry["name"]
        assert entry["name"] not in entry["alt"]


def test_no_captured_result_is_among_those_of_the_original():
    for name in ("index.json", "values.json"):
        results = json.loads((RESULTS / name).read_text(encoding="utf-8"))
        assert not [key for key, entry in results.items() if entry["origin"] == "captured"]


def test_what_the_corpus_gives_is_marked_stand_in():
    values = json.loads((RESULTS / "values.json").read_text(encoding="utf-8"))
    from_corpus = ("corpus_", "sample_", "exchange_", "coding_", "saturation_", "agreement_", "robustness_")
    assert {entry["origin"] for name, entry in values.items() if name.startswith(from_corpus)} == {"stand-in"}


def test_every_value_that_a_claim_names_is_recorded_and_names_the_claim():
    claims = open_study("liu2025", PROJECT).table("claims")
    values = json.loads((RESULTS / "values.json").read_text(encoding="utf-8"))
    named = claims["argument"].str.extract(r"value=(\w+)", expand=False)
    assert named.notna().sum() >= 20
    for claim, name in zip(claims["claim_id"], named, strict=True):
        if isinstance(name, str):
            assert claim in values[name]["claim"].split()


def test_the_results_carry_no_path_time_or_version():
    for path in RESULTS.rglob("*.*"):
        content = path.read_text(encoding="utf-8")
        assert str(PROJECT) not in content, path.name
        assert not re.search(r"/(?:home|Users|tmp)/", content), path.name
        assert "papermill" not in content, path.name


@pytest.mark.parametrize("study", ["liu2025"])
def test_the_datapackage_is_what_the_schema_says(study):
    written = json.loads((PROJECT / "data" / study / "datapackage.json").read_text(encoding="utf-8"))
    assert written == describe.datapackage(open_study(study, PROJECT))


def test_the_datapackage_validates_against_the_data():
    from frictionless import Package

    report = Package(str(PROJECT / "data/liu2025/datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "resource", "rowNumber", "fieldName", "note"])[:5]
    assert len(report.tasks) == len(open_study("liu2025", PROJECT).settings["tables"])


def test_the_citation_file_and_the_workflows_are_valid():
    for kind, path in [("citation-file-format", "CITATION.cff"), ("github-workflows", ".github/workflows/check.yml")]:
        done = subprocess.run(
            ["check-jsonschema", "--builtin-schema", f"vendor.{kind}", str(PROJECT / path)],
            env={"PATH": str(Path(subprocess.sys.executable).parent)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_of_data_has_its_line_with_origin_and_licence():
    told = (PROJECT / "data/README.md").read_text(encoding="utf-8")
    for name in tracked("data"):
        if name != "data/README.md":
            (line,) = [line for line in told.splitlines() if f"`{name.removeprefix('data/')}`" in line]
            assert line.count("|") >= 5, name


def test_every_table_of_the_study_says_where_it_comes_from():
    settings = open_study("liu2025", PROJECT).settings["tables"]
    for name, entry in settings.items():
        folder = entry["file"].split("/")[0].replace("standin", "stand-in")
        assert entry["origin"] == folder, name
        assert name in schema.TABLES


def test_the_toc_lists_every_page_and_notebook_once():
    toc = (PROJECT / "_toc.yml").read_text(encoding="utf-8")
    files = re.findall(r"(?:file|root): (\S+)", toc)
    pages = [path.relative_to(PROJECT).with_suffix("").as_posix() for path in PAGES if "replication" not in path.parts]
    executed = [f"results/liu2025/notebooks/{path.stem}" for path in NOTEBOOKS]
    assert sorted(files) == sorted(pages + executed)


def test_conda_and_pip_users_get_the_same_environment():
    conda = yaml.safe_load((PROJECT / "environment.yml").read_text(encoding="utf-8"))
    pip = next(entry["pip"] for entry in conda["dependencies"] if isinstance(entry, dict))
    assert pip == ["--requirement requirements.lock"]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_what_is_installed_is_locked_by_its_content(name):
    lock = (PROJECT / name).read_text(encoding="utf-8")
    assert lock.count("--hash=sha256:") >= len(pins(lock)) > 100
    assert "://" not in lock


def test_the_tests_run_on_what_the_study_runs_on():
    locks = ("requirements.lock", "requirements-test.lock")
    study, tests = (pins((PROJECT / name).read_text(encoding="utf-8")) for name in locks)
    assert {name: tests[name] for name in study if name in tests and study[name] != tests[name]} == {}
    assert {"pytest", "pyspark", "ruff"} & set(study) == set()


def test_every_decision_has_a_name_for_readers():
    assert set(CALLED) == set(DECISIONS)


def test_numbers_come_out_alike_because_every_python_gets_the_same_versions():
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    for package in ("numpy", "pandas", "matplotlib", "contourpy", "duckdb"):
        assert len(re.findall(rf"^{package}==", lock, flags=re.MULTILINE)) == 1


def test_no_address_of_a_registry_and_no_path_of_a_machine_stands_in_the_project():
    registry = r"py[p]i\.org|pythonhoste[d]\.org|npmj[s]\.(?:org|com)|deb\.debia[n]\.org"
    machine = r"(?:^|[^A-Za-z0-9_.])/(?:root|home/[a-z]+|Users/[a-z]+)/"
    for name in tracked():
        path = PROJECT / name
        if path.is_file() and path.suffix != ".png":
            # What is packed holds our own XML and texts, told apart by no letter: it is read byte by byte.
            found = re.search(f"{registry}|{machine}", path.read_bytes().decode("latin-1"))
            assert not found, (name, found)


def test_the_readme_has_no_blank_left_to_fill():
    assert not re.findall(r"\b[A-Z]+_[A-Z]+\b", (PROJECT / "README.md").read_text(encoding="utf-8"))
