"""The benchmarks run, and what they measure becomes values that the page on speed names."""

from importlib import import_module

import pytest

from making import PROJECT, load

ROWS_OF = {"sample_5m": 2.1, "sample_25m": 12.3}


@pytest.fixture
def bench(monkeypatch):
    """Look for modules among the benchmarks, too."""
    monkeypatch.syspath_prepend(PROJECT / "benchmarks")
    return import_module


def test_a_frame_is_made_read_and_drawn_from_in_each_way(bench, tmp_path):
    path = tmp_path / "frame.parquet"
    # The draw in pandas ends with an error where it differs from that of the package.
    for what in ("make", "plain_scan", "sample", "combinations", "in_pandas"):
        taken = bench("frame").measure(what, path, 2000, runs=1)
        assert taken["seconds"] > 0, what
        assert taken["megabytes"] > 0, what


def test_what_is_measured_is_written_as_values_with_the_day_and_the_machine(bench, tmp_path, monkeypatch):
    run, measuring = bench("run"), bench("measuring")
    monkeypatch.setattr(run, "BYTES", {25_400_000: 254_000_000})
    floor = measuring.Taken(4.0)
    rows = [measuring.Row(name, name, measuring.Taken(taken, 100.4), floor) for name, taken in ROWS_OF.items()]
    run.write(rows, tmp_path / "speed.json", 0.5, 299)
    values = {name: one["text"] for name, one in load(tmp_path / "speed.json")["values"].items()}
    assert values["recorded_speed_sample_25m_seconds"] == "12.30"
    assert values["recorded_speed_sample_25m_of_floor"] == "3.08"
    assert values["recorded_speed_sample_5m_megabytes"] == "100"
    # Ten seconds and a fifth for 20.4 million more posts; ten bytes for each.
    assert values["recorded_speed_billion_seconds"] == "500"
    assert values["recorded_speed_billion_gigabytes"] == "10"
    assert (values["recorded_speed_load"], values["recorded_speed_minutes"]) == ("0.5", "5")
    assert values["recorded_speed_machine"] == measuring.machine()


def test_a_command_that_fails_is_told_with_what_it_said(bench, tmp_path):
    with pytest.raises(SystemExit, match="exit 3 failed:\nno"):
        bench("measuring").timed(["sh", "-c", "echo no; exit 3"], tmp_path)
