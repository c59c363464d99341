"""What the corpus asks of the parser; the lists of what is wrong should stay empty."""

import pytest

from newsletter import bounces
from newsletter.bounces import Kind, Report
from newsletter.smtp.failures import Failure
from tests.newsletter.bounces.corpus import FOLDER, Sample, proven, samples

ENDING = {Failure.HARD, Failure.DOMAIN, Failure.DISABLED}


@pytest.fixture(scope="module")
def corpus() -> list[tuple[Sample, Report]]:
    return [(sample, bounces.read(sample.raw)) for sample in samples()]


def test_it_is_large_enough_to_tell(corpus: list[tuple[Sample, Report]]) -> None:
    kinds = [sample.kind for sample, _ in corpus]

    assert len(kinds) >= 250
    assert sum(kind not in {"bounce", "complaint", "delay"} for kind in kinds) >= 60
    assert sum(sample.proof == "no" for sample, _ in corpus) >= 10
    assert sum(sample.batch != "1" for sample, _ in corpus) >= 60
    names = {sample.name for sample, _ in corpus}
    assert names == {path.stem for path in FOLDER.glob("*.eml")}


def test_nearly_all_are_understood(corpus: list[tuple[Sample, Report]]) -> None:
    wrong = [
        (sample.name, report.kind, report.failure)
        for sample, report in corpus
        if (report.kind, report.failure or "") != (sample.kind, sample.failure)
    ]

    assert len(wrong) <= 0.03 * len(corpus), wrong


def test_codes_are_found(corpus: list[tuple[Sample, Report]]) -> None:
    wrong = [
        (sample.name, report.status, report.code)
        for sample, report in corpus
        if (report.status, str(report.code or "")) != (sample.status, sample.code)
    ]

    assert len(wrong) <= 0.03 * len(corpus), wrong


def test_nothing_is_counted_that_is_no_bounce(
    corpus: list[tuple[Sample, Report]],
) -> None:
    counted = [
        sample.name
        for sample, report in corpus
        if report.kind.changes_somebody and report.kind != sample.kind
    ]

    assert counted == []


def test_soft_failures_are_not_called_hard(corpus: list[tuple[Sample, Report]]) -> None:
    soft = [(sample, report) for sample, report in corpus if sample.is_soft]

    called_hard = [sample.name for sample, report in soft if report.failure in ENDING]

    assert len(called_hard) <= 0.05 * len(soft), called_hard


def test_a_genuine_one_names_its_delivery_and_no_other(
    corpus: list[tuple[Sample, Report]],
) -> None:
    lost = [
        sample.name
        for sample, report in corpus
        if sample.proof == "yes" and len(proven(report.candidates)) != 1
    ]

    assert lost == []


def test_a_forged_one_proves_nothing(corpus: list[tuple[Sample, Report]]) -> None:
    forged = [report for sample, report in corpus if sample.proof == "no"]

    believed = [report for report in forged if proven(report.candidates)]

    assert len(forged) >= 10
    assert believed == []


def test_what_is_kept_is_short_and_plain(corpus: list[tuple[Sample, Report]]) -> None:
    for _, report in corpus:
        assert len(report.diagnostic) <= 1_000
        assert all(c.isprintable() or c == "\n" for c in report.diagnostic)
        assert len(report.candidates) <= 40
        assert all(c.value.isprintable() for c in report.candidates)
        assert (report.failure is None) == (
            report.kind not in {Kind.BOUNCE, Kind.DELAY}
        )
