"""From what was measured to figures, and the command that asks for them."""

import json

import pytest
from django.core.management import CommandError, call_command

from benchmarks import asking, imports, latency, measures, road
from benchmarks.__main__ import names
from benchmarks.instruments.cpu import Cost
from benchmarks.latency import Timing
from benchmarks.load import run as load
from benchmarks.web import run as web
from benchmarks.web.addresses import Page
from benchmarks.web.weight import Weight
from customers.imports.run import Outcome
from intelligence.management.commands import benchmark

BENCHMARKS = [
    "answering",
    "asking",
    "attacks",
    "duplicates",
    "encoding",
    "faithfulness",
    "imports",
    "insight",
    "latency",
    "load",
    "masking",
    "measures",
    "memory",
    "quality",
    "recommendation",
    "retrieval",
    "road",
    "search",
    "segment",
    "serving",
    "web",
]


FAULTS = dict.fromkeys(
    [
        *("bad_files_told_exactly", "bad_files_whole_once_mended", "bad_files_slowest_seconds"),
        *("bad_files_memory_growth_mb", "killed_differs_from_whole", "killed_duplicates"),
        "killed_changed_by_same_file",
    ],
    0,
)


def test_every_target_is_about_a_figure_that_is_measured():
    first = Outcome(read=100, created=90, rejected=10, seconds=2.0)
    second = Outcome(read=100, unchanged=90, rejected=10, seconds=1.0)
    opened, weight = Page("orders", "orders", "/orders/"), Weight("orders", 1, 1, 1)
    costs = measures.Costs(*[Cost(1.0, None)] * 5)
    figures = {
        measures: measures.figures(costs, costs, 200, 100, None),
        imports: imports.figures(first, second, 0.5, 12.0, (first, 20.0), FAULTS),
        road: road.figures([(1.0, 0.9)], 100),
        asking: asking.figures(2.0, [0.2, 0.3], [0.1]),
        latency: latency.figures(Timing(1, 2), [Timing(0.01, 0.2)], [0.001], [0.02]),
        load: load.figures([{"kind": "home"}], [(200, 0.1, 0.0)], 1.0, {}, 1),
        web: web.figures({opened: [0.02]}, {opened: [0.01]}, {opened: 7}, {opened: 7}, weight),
    }
    for module, found in figures.items():
        assert {target.figure for target in module.TARGETS} <= found.keys()


def test_an_import_stands_beside_the_plain_copy():
    first = Outcome(read=1000, created=990, rejected=10, seconds=4.0)
    second = Outcome(read=1000, updated=1, unchanged=989, rejected=10, seconds=3.0)
    found = imports.figures(first, second, plain=0.5, grown_mb=None, many=(first, None), faults={})
    assert (found["rows_per_second"], found["times_the_peer"]) == (250, 8.0)
    assert found["changed_by_second_import"] == 1
    assert found["memory_growth_mb"] is None


def test_a_customer_of_a_large_shop_stands_beside_one_of_a_small_shop():
    large = measures.Costs(
        *(Cost(s, cpu) for s, cpu in ((9, 8), (30, 3), (1, 1), (1, 1), (0.0123, 0)))
    )
    small = measures.Costs(
        *(Cost(s, cpu) for s, cpu in ((2, 1), (7, 0.5), (1, 0.5), (1, 1), (1, 1)))
    )
    found = measures.figures(large, small, 200_000, 40_000, None)
    assert (found["recomputed_seconds"], found["recomputed_cpu_seconds"]) == (31, 4)
    assert found["microseconds_per_customer"] == 20.0
    assert found["cost_per_customer_times_the_peer"] == 0.8
    assert found["cohorts_ms"] == 12.3


def test_the_road_stands_beside_the_engine():
    found = road.figures([(2.0, 1.8), (2.0, 1.6), (4.0, 2.0)], rows=100)
    assert found["speed_beside_engine"] == 0.8
    assert found["lowest_round"] == 0.5
    assert found["reviews_per_second"] == 37.5
    assert found["peer_reviews_per_second"] == 55.6
    assert found["road_ms_per_review"] == 8.67


def test_the_first_ticket_stands_apart():
    rest = [Timing(0.010, 0.200), Timing(0.030, 0.400)]
    found = latency.figures(Timing(0.5, 9.0), rest, [0.002, 0.004], [0.02, 0.03])
    assert found == {
        "api_p50_ms": 10.0,
        "api_p95_ms": 30.0,
        "peer_insert_p50_ms": 2.0,
        "peer_insert_p95_ms": 4.0,
        "analysed_p50_ms": 200.0,
        "analysed_p95_ms": 400.0,
        "peer_engine_p50_ms": 20.0,
        "peer_engine_p95_ms": 30.0,
        "first_ticket_ms": 9000.0,
    }


def test_a_question_stands_beside_the_bare_work():
    found = asking.figures(2.0, [0.2, 0.3], [0.1, 0.15])
    assert (found["question_p50_ms"], found["question_p95_ms"]) == (200.0, 300.0)
    assert (found["peer_answer_p95_ms"], found["first_question_ms"]) == (150.0, 2000.0)
    shares = asking.shares(["answered", "unsure", "failed", "answered"])
    assert shares == {"share_answered": 0.5, "share_failed": 0.25}


def test_the_slowest_page_the_page_with_more_queries_and_the_weight_stand_out():
    orders, late = (
        Page("orders", "orders", "/orders/"),
        Page("orders", "orders?page=2", "/orders/?page=2"),
    )
    home = Page("home", "home", "/")
    many = {orders: [0.010, 0.012], late: [0.020, 0.040], home: [0.2]}
    few = {orders: [0.010, 0.010], late: [0.010, 0.010], home: [0.1]}
    found = web.figures(
        many,
        few,
        {orders: 7, late: 6, home: 9},
        {orders: 7, late: 5, home: 9},
        Weight("orders", html=20_000, css=9_000, script=11_000),
    )
    assert (found["slowest_p95_ms"], found["slowest"]) == (40.0, "orders?page=2")
    assert (found["more_queries"], found["more_queries_of"]) == (1, "orders?page=2")
    assert (found["orders_p50_ms"], found["orders_times_the_peer"]) == (12.0, 1.2)
    assert (found["heaviest_kb"], found["pages_over_100_ms"]) == (40.0, 0)


def test_the_command_and_the_package_know_the_same_benchmarks():
    assert names() == benchmark.names() == BENCHMARKS


def test_an_unknown_benchmark_is_one_line_that_names_those_there_are():
    with pytest.raises(CommandError, match="no benchmark teapot; choose of answering") as raised:
        call_command("benchmark", "teapot")
    assert raised.value.returncode == 2


@pytest.mark.worker
def test_the_command_runs_a_benchmark_and_ends_with_one_json_object(capsys):
    call_command("benchmark", "imports", "--small", "--json")
    *table, last = capsys.readouterr().out.splitlines()
    assert table[0].startswith("imports (small run): 20,000 lines")
    report = json.loads(last)["imports"]
    assert report["figures"]["rows"] == 20_000
    assert report["figures"]["changed_by_second_import"] == 0
    assert report["figures"]["bad_files_told_exactly"] == report["figures"]["bad_files"] == 12
    assert report["figures"]["killed_differs_from_whole"] == 0
    assert report["small"] is True
