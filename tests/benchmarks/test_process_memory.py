"""Memory of processes."""

import sys

import pytest

from benchmarks.instruments.process_memory import (
    Process,
    below,
    growth,
    kilobytes,
    own_memory,
    processes,
)
from benchmarks.memory import by_part, figures

TREE = [
    Process(10, 1, "postgres -D data", 30, 20),
    Process(11, 10, "postgres: writer", 10, 5),
    Process(20, 1, "python -m granian --interface wsgi", 40, 20),
    Process(21, 20, "python -m granian --interface wsgi", 120, 70),
    Process(22, 20, "python -m granian --interface wsgi", 130, 80),
    Process(23, 22, "python -c from multiprocessing.spawn", 200, 150),
    Process(30, 1, "celery -A crm_site worker -Q interactive -c 1", 110, 60),
    Process(31, 30, "celery -A crm_site worker -Q interactive -c 1", 700, 600, 820),
    Process(40, 1, "celery -A crm_site worker -Q bulk -c 1", 110, 61),
    Process(50, 1, "celery -A crm_site beat -l WARNING", 100, 50),
    Process(90, 2, "python elsewhere", 999, 999),
]
linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


def test_the_tree_of_a_process_is_what_it_started_and_what_they_started():
    assert [process.pid for process in below(20, TREE)] == [21, 22, 23]
    assert below(99, TREE) == []


def test_processes_are_told_apart_by_what_they_do():
    found = by_part(1, TREE)
    assert {name: [process.pid for process in of] for name, of in found.items()} == {
        "postgres": [10, 11],
        "web": [20, 21, 22],
        "plots": [23],
        "interactive_worker": [30, 31],
        "bulk_worker": [40],
        "beat": [50],
    }


def test_a_worker_counts_with_its_child_and_a_web_process_by_itself():
    bare = {"django": {"rss_mb": 80.4, "pss_mb": 70}, "engine": {"rss_mb": 500, "pss_mb": 480.6}}
    shown = figures(by_part(1, TREE), bare)
    assert shown["largest_web_process_mb"] == 130
    assert shown["interactive_worker_mb"] == 660
    assert shown["bulk_worker_mb"] == 61
    assert shown["worker_peak_mb"] == 820
    assert (shown["peer_django_mb"], shown["peer_engine_mb"]) == (80, 481)
    assert shown["all_processes_mb"] == 25 + 170 + 150 + 660 + 61 + 50
    assert shown["processes"] == 10


def test_a_line_that_is_not_there_counts_as_nothing(tmp_path):
    (tmp_path / "status").write_text("Name:\tcat\nVmRSS:\t  2048 kB\n")
    assert kilobytes(tmp_path / "status", "VmRSS") == 2048
    assert kilobytes(tmp_path / "status", "VmHWM") == 0


@linux
def test_what_was_taken_for_a_moment_counts_as_growth():
    with growth() as grown:
        held = bytearray(64 * 1024**2)
        held[::4096] = b"x" * len(held[::4096])
        del held
    assert 60 < grown.mb < 90


@linux
def test_this_process_is_among_the_processes():
    own = own_memory()
    assert own.rss_mb >= own.pss_mb > 10
    assert own.pid in {process.pid for process in processes()}
