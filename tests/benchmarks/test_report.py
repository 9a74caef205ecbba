"""What a benchmark says of its figures."""

from benchmarks.instruments.machine import machine_facts
from benchmarks.instruments.report import Report, Target


def report_of(figures, *targets):
    return Report(
        benchmark="kettle",
        sample="3 cups",
        peer="a pan on a stove",
        figures=figures,
        targets=targets,
        machine={"cores": 2},
    )


def test_a_figure_at_its_limit_meets_the_target_and_one_beyond_misses_it():
    seconds = Target("seconds", "at_most", 60)
    rate = Target("rate", "at_least", 0.8)
    assert seconds.met({"seconds": 60})
    assert not seconds.met({"seconds": 60.01})
    assert rate.met({"rate": 0.8})
    assert not rate.met({"rate": 0.79})


def test_the_json_holds_figures_targets_and_the_verdict():
    report = report_of({"seconds": 3.5, "mb": 12}, Target("seconds", "at_most", 3))
    assert report.as_json() == {
        "benchmark": "kettle",
        "sample": "3 cups",
        "small": False,
        "peer": "a pan on a stove",
        "figures": {"seconds": 3.5, "mb": 12},
        "targets": [{"figure": "seconds", "at_most": 3, "value": 3.5, "met": False}],
        "met": False,
        "machine": {"cores": 2},
    }


def test_what_was_not_measured_is_not_met():
    report = report_of({"mb": None}, Target("mb", "at_most", 300))
    assert report.as_json()["met"] is False
    assert report.as_json()["targets"][0]["met"] is None
    assert "not measured (at most 300)" in report.as_text()


def test_the_text_has_a_line_for_each_figure_with_the_verdict_of_its_target():
    report = report_of({"rows": 12345, "seconds": 3.5}, Target("seconds", "at_most", 3))
    assert report.as_text().splitlines() == [
        "kettle: 3 cups",
        "  beside a pan on a stove",
        "  rows           12,345",
        "  seconds           3.5  MISSED (at most 3)",
    ]


def test_the_facts_of_the_machine_name_no_place_on_it():
    facts = machine_facts()
    assert facts["cores"] >= 1
    assert {"python", "django", "torch"} <= facts.keys()
    assert not any("/" in str(value) for value in facts.values())
