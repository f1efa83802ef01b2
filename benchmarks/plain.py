"""The notebooks' work as a plain script: the same cells, one after the other, in this one process.

It is the floor that `run.py` measures the pipeline against: no kernel, no Papermill, no files written.
"""

import sys
from pathlib import Path

from analysis import pipeline, results
from analysis.study import open_study


def main(name: str) -> None:
    """Run the code cells of every notebook with the decisions of its study.yml."""
    study = open_study(name, Path.cwd())
    results.display = lambda bundle, **_: bundle
    for step in pipeline.steps(study.root):
        cells = pipeline.notebooks.read_notebook(step.path).cells
        names: dict[str, object] = {"study": study.name}
        for cell in cells:
            if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
                exec(cell.source, names)
            elif cell.cell_type == "code":
                names |= dict.fromkeys(step.parameters) | {"study": study.name}


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "liu2025")
