import socket
from pathlib import Path

import pytest

from analysis import sweep_cluster
from analysis.errors import ClusterError
from analysis.sweep_cluster import Cluster, look
from making import contents
from sweep_making import made_light, noted, over, rows_of, swept

distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed here")


@pytest.fixture
def light(small: Path) -> Path:
    return made_light(small)


@pytest.fixture
def cluster():
    """A cluster of two workers on this machine, each a process."""
    given = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with distributed.LocalCluster(**given, silence_logs=50) as started:
        yield started


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(sweep_cluster, "PATIENCE", 0.5)


def test_a_worker_that_is_killed_half_way_loses_nothing_and_nothing_is_done_twice(light, cluster):
    (light / "kill-6").write_text("once")
    file = over(light, "min_comments", "4", "5", "6", "7")
    told = []
    done = swept(light, file, Cluster(cluster.scheduler_address, light), progress=told.append)
    assert not done.failed
    assert noted(light, "began") == ["4", "5", "6", "6", "7"]
    assert noted(light, "ended") == ["4", "5", "6", "7"]
    assert sorted(ran.row for ran in told) == [row.name for row in done.table.rows]
    values = [row["value"] for row in rows_of(done.folder / "sweep.csv") if row["value_name"] == "twice"]
    assert values == ["8", "10", "12", "14"]
    before = contents(done.folder)
    again = swept(light, file)
    assert {ran.notebooks for ran in again.ran.values()} == {0}
    assert contents(done.folder) == before


def test_a_row_that_ends_its_workers_fails_and_the_others_go_on(light, cluster):
    cluster.scheduler.allowed_failures = 0
    (light / "kill-5").write_text("always")
    done = swept(light, over(light, "min_comments", "5", "6"), Cluster(cluster.scheduler_address, light))
    assert [ran.why.partition(":")[0] for ran in done.failed] == ["KilledWorker"]
    assert noted(light, "ended") == ["6"]


def test_where_no_cluster_answers_nothing_is_begun(light, impatient):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ClusterError, match=f"--dask {address}: no cluster answers there .* Start one with dask sched"):
        swept(light, over(light, "min_comments", "5"), Cluster(address, light))
    assert not (light / "results").exists()


@pytest.mark.parametrize("address", ["nowhere", "http://127.0.0.1:1", "tcp://no-such-host.invalid:1"])
def test_what_is_no_address_is_told(light, impatient, address):
    with pytest.raises(ClusterError, match=f"--dask {address}: no cluster answers there"):
        swept(light, over(light, "min_comments", "5"), Cluster(address, light))


def test_without_the_library_it_is_said_how_to_get_it(light, monkeypatch):
    monkeypatch.setattr(sweep_cluster.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ClusterError, match=r"dask.distributed is not installed here. .* --editable '\.\[cluster\]'$"):
        swept(light, over(light, "min_comments", "5"), Cluster("tcp://127.0.0.1:1", light))


def test_a_scheduler_without_workers_is_told(light, impatient):
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as started,
        pytest.raises(ClusterError, match=r"answers, but has no worker\. Start some: dask worker tcp"),
    ):
        swept(light, over(light, "min_comments", "5"), Cluster(started.scheduler_address, light))


HERE = (True, "0123")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (HERE, ""),
        ((False, "0123"), "does not see /disk. Share that folder with its machine, under the same path."),
        ((True, "4567"), "has another version of the compendium's package. Install this one there."),
        (ModuleNotFoundError("No module named 'analysis'"), "cannot load the compendium's package (No module named"),
    ],
)
def test_it_is_said_what_a_worker_lacks(found, told):
    said = sweep_cluster._lacks(found, HERE, Path("/disk"))
    assert said.startswith(told)
    assert bool(said) == bool(told)


def test_a_worker_looks_for_the_folder_and_says_which_package_it_has(light):
    assert look(light) == (True, look(light)[1])
    assert look(light / "nowhere") == (False, look(light)[1])
