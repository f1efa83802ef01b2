"""A session of Spark as its usual settings describe it, and what is said where there is none or it fails.

The settings are Spark's own: `spark-defaults.conf` in SPARK_CONF_DIR or SPARK_HOME, and what the command is given by
`--conf`. Without a master it is this machine, on all its cores.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from analysis.errors import ClusterError, ParameterError, TableError

# So many seconds a master may take to answer.
PATIENCE = 20
# That of the pyspark that is installed, which no cluster of another version understands.
VERSION = "4.0"
STAYS = "What was there before stays."
# What Spark says of files and cells, and what that means for their owner; the first that fits is told.
TOLD = {
    ("PATH_NOT_FOUND",): "there is no such file. Check the path in study.yml, or import a capture.",
    ("FILE_NOT_EXIST", "FileNotFoundException", "NoSuchFileException"): (
        "a worker does not find the frame, which this machine does. Put it where all of them read it: in a shared "
        "folder under the same path, or under an address such as hdfs:// or s3a://, which study.yml then names."
    ),
    ("CAST_INVALID_INPUT", "Malformed CSV", "MALFORMED_RECORD"): (
        "a cell is not of its column's kind. Correct it, or empty it where it is unknown."
    ),
    ("No module named",): (
        "the workers lack the compendium's package, which counts the words of texts. Install it there, as "
        "PYSPARK_PYTHON tells, or give the frame the column newcomer_share."
    ),
    ("UnsupportedFileSystemException", "No FileSystem for scheme", "ClassNotFoundException: Class org.apache.hadoop"): (
        "this Spark cannot read such an address. Name the package that can: --conf spark.jars.packages=…"
    ),
    ("maxResultSize",): (
        "too many posts meet every criterion to be brought here. Make the cut-offs stricter, or raise "
        "--conf spark.driver.maxResultSize."
    ),
    ("No space left", "OutOfMemoryError"): (
        "the workers have no room, in memory or in their scratch folders (spark.local.dir). Give them more, or make "
        "more of them."
    ),
}
LOST = (
    "All masters are unresponsive",
    "SparkContext was shut down",
    "cancelled because SparkContext",
    "Connection refused",
)


@contextmanager
def session(given: Sequence[str]) -> Iterator[Any]:
    """Spark with these settings, each KEY=VALUE, which stops when it is left.

    Raises `ParameterError` for what is no setting, and `ClusterError` where Spark, Java or the cluster is not there.
    """
    settings = dict(map(_setting, given))
    _check(settings)
    from py4j.protocol import Py4JError
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("compendium")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with telling("--engine spark", starting=True):
        spark = builder.getOrCreate()
    try:
        with telling("--engine spark", starting=True):
            _set_up(spark.sparkContext)
        yield spark
    finally:
        # One that is lost cannot be stopped, and how it was lost is told already.
        with suppress(Py4JError, OSError):
            spark.stop()


def _set_up(context: Any) -> None:
    if (context.master or "").startswith("local"):
        context.setLogLevel("ERROR")
        # Else the workers would be whatever python3 is first on the path.
        context.pythonExec = os.environ.get("PYSPARK_PYTHON", sys.executable)


@contextmanager
def telling(where: str, *, starting: bool = False) -> Iterator[None]:
    """Tell what goes wrong on Spark as its user can mend it: by `ClusterError`, or by `TableError` where it reads."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    # A folder of Spark's that is not there is told by the system.
    failing = (PySparkException, Py4JError, OSError if starting else ConnectionError)
    try:
        yield
    except failing as error:
        said = str(error)
        if starting or isinstance(error, ConnectionError) or any(sign in said for sign in LOST):
            raise ClusterError(
                f"{where}: Spark did not {'start' if starting else 'answer any more'} ({_first_line(error)}). Check "
                f"its settings (spark.master), that the cluster runs, and that it is Spark {VERSION}. Then run the "
                f"same command again. {STAYS}"
            ) from error
        told = next((told for signs, told in TOLD.items() if any(sign in said for sign in signs)), "")
        told = told or "Spark could not read these files. Write them again, or import the captures."
        raise TableError(f"{where}: {told} Spark says: {_first_line(error)} {STAYS}") from error


def _setting(given: str) -> tuple[str, str]:
    name, sign, value = given.partition("=")
    if not (sign and name.startswith("spark.")):
        raise ParameterError(f"--conf: '{given}' is not KEY=VALUE. Write for example --conf spark.master=local[2].")
    return name, value


def _check(settings: dict[str, str]) -> None:
    """Raise `ClusterError` where something is known to be missing, before Spark is waited for."""
    if importlib.util.find_spec("pyspark") is None:
        raise ClusterError(
            f"--engine spark: pyspark is not installed here. Install it, in version {VERSION} like the cluster: "
            "pip install --editable '.[spark]'"
        )
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java", path=str(Path(home) / "bin") if home else None):
        looked = f"in JAVA_HOME ({home})" if home else "on the path"
        raise ClusterError(f"--engine spark: Java was not found {looked}. Install it, version 17 or 21.")
    master = settings.get("spark.master", "")
    # Spark itself would knock for a minute.
    if master.startswith("spark://") and not any(map(_answers, master.removeprefix("spark://").split(","))):
        raise ClusterError(
            f"--engine spark: no master answers at {master}. Expected one such as spark://192.0.2.1:7077. Start it, or "
            f"correct --conf spark.master=…. {STAYS}"
        )


def _answers(address: str) -> bool:
    """Whether anybody listens at HOST:PORT."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()
    except (OSError, ValueError):
        return False
    return True


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0]
