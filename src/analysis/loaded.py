"""What the notebooks have in common, loaded and made once: importing this module is all that there is to it.

The process from which notebooks are forked imports it, so that not each of them loads the libraries, reads the
typefaces and works out what is the same for all texts. It changes no result of a notebook that imports the modules it
reaches: a stock kernel does all this by itself.
"""

import duckdb  # noqa: F401
import pybtex.database  # noqa: F401

from analysis import code_points, results  # noqa: F401
from analysis.figures import style

code_points.prepare()
_figure, _axes = style.new_figure()
_axes.plot([0, 1], [0, 1], label="one")
_axes.legend()
style.svg(style.finish(_figure), name="first", mark="first")
