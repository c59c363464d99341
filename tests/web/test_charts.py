"""Figures as shapes."""

from itertools import pairwise

import pytest

from newsletter.web import charts


def test_a_line_ends_at_its_last_value_and_starts_at_nothing_for_nothing() -> None:
    drawn = charts.lines({"fr": [0, 5, 10]}, ["a", "b", "c"])

    (line,) = drawn.lines
    assert line.last == 10
    assert line.points.split()[0] == f"0.00,{drawn.zero:.1f}"
    assert line.y < drawn.zero


def test_labels_never_lie_on_each_other_nor_below_the_line() -> None:
    series = {
        str(place): [0, value] for place, value in enumerate([0, 0, 1, 1, 2, 100])
    }

    drawn = charts.lines(series, ["", ""])

    labels = sorted(line.label for line in drawn.lines)
    gaps = [after - before for before, after in pairwise(labels)]
    assert min(gaps) >= 14.9
    assert labels[-1] <= drawn.zero


def test_what_is_lost_hangs_below_nothing() -> None:
    up, down, level = charts.bars([10, -5, 0], ["a", "b", "c"]).bars

    zero = charts.bars([10, -5, 0], ["a", "b", "c"]).zero
    assert up.y + up.height == pytest.approx(zero)
    assert down.y == pytest.approx(zero)
    assert up.height == pytest.approx(2 * down.height)
    assert level.height == 0


@pytest.mark.parametrize("many", [0, 1, 2, 40])
def test_any_number_of_months_can_be_drawn(many: int) -> None:
    words = [str(month) for month in range(many)]

    lines = charts.lines({"fr": [7] * many} if many else {}, words)
    bars = charts.bars([0] * many, words)

    assert len(bars.bars) == many
    assert len(lines.ticks) <= 8


def test_a_list_of_one_month_has_one_bar_and_not_a_wall() -> None:
    (first,) = charts.bars([24], ["Nov"]).bars
    *_, last = charts.bars([24] * 40, ["Nov"] * 40).bars

    assert first.width < charts.WIDTH / 5
    assert first.x + first.width == pytest.approx(last.x + last.width)


def test_dots_stay_within_their_readers() -> None:
    big, small = charts.dots([(100, 90, 10, 500), (50, 50, 0, 0)])

    assert big.left == big.end == charts.WIDTH
    assert small.reached == small.end
    assert small.end == pytest.approx(big.end / 2)


def test_no_issue_has_no_dots() -> None:
    assert charts.dots([]) == []
    assert charts.dots([(0, 0, 0, 0)])[0].end == 0
