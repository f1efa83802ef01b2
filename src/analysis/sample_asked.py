"""What `compendium sample` does: measure a study's posts on the engine asked for, draw, and show how it came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Console

from analysis import finding, notebooks, sampling, sampling_told, steps
from analysis.errors import ParameterError
from analysis.settings import DECISIONS

if TYPE_CHECKING:
    from analysis.criteria import MeasuredPosts
    from analysis.study import Study

WHERE = "compendium sample"


@dataclass(frozen=True)
class Engine:
    """What counts the posts: the database here, or Spark with its settings."""

    name: Literal["duckdb", "spark"] = "duckdb"
    settings: Sequence[str] = ()


def show_sample(study: Study, given: Mapping[str, Any], why: str | None, engine: Engine) -> None:
    """Show the posts left at every step, or what kept or dropped one post.

    Raises `ParameterError` for what no draw depends on, and what measuring raises.
    """
    notebooks.check_parameters(dict(given), {name: DECISIONS[name][0] for name in sampling.DECIDED}, where=WHERE)
    steps.checked(study, given, where=WHERE, on_spark=engine.name == "spark")
    if engine.settings and engine.name != "spark":
        raise ParameterError(f"{WHERE}: --conf is a setting of Spark. Say --engine spark as well, or leave it out.")
    decisions = study.decided(**{decision: given.get(decision) for decision in sampling.DECIDED})
    with _measured(study, decisions, why or "", engine) as measured:
        drawn = sampling.draw_from(measured, decisions)
        if why is None:
            reached = sampling.tell_reached(drawn, study, decisions)
            sampling_told.show_flow(study.name, drawn.flow, reached, Console())
        else:
            post = finding.find_among(measured, why)
            answers: list[Any] = sampling.explain_post(measured, drawn, decisions, post).to_dict("records")
            sampling_told.show_why(why if why.startswith("~") else post, answers, Console())


@contextmanager
def _measured(study: Study, decisions: Mapping[str, Any], asked: str, engine: Engine) -> Iterator[MeasuredPosts]:
    if engine.name == "duckdb":
        yield sampling.measure_study(study, decisions)
        return
    from analysis import on_spark, spark_session

    with spark_session.session(engine.settings) as spark:
        yield on_spark.measure_on(spark, study, decisions, asked)
