"""Drawings of figures as SVG: values in, shapes out (pure).

Across, places are hundredths of the drawing, which is as wide as the screen lets it
be; down, they are pixels. So words keep their size, and nothing scrolls sideways.
Colours and words are the page's: a shape only says what it stands for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH = 100
LINES = 190  # height of a drawing of lines
BARS = 130
_TOP, _BOTTOM = 14, 22
_APART = 15  # between two labels, so that both can be read
_WIDEST = 17  # of a bar and what is around it
_GAP = 0.4  # on each side of a bar


@dataclass(frozen=True)
class Line:
    """One line, and where its label stands."""

    name: str
    points: str  # of a polyline
    x: float
    y: float  # of the last point
    label: float  # y of the label, moved away from its neighbours
    last: int


@dataclass(frozen=True)
class Tick:
    """A word under the drawing."""

    x: float
    words: str
    anchor: str


@dataclass(frozen=True)
class Lines:
    """Lines over time, and the ticks under them."""

    lines: Sequence[Line]
    ticks: Sequence[Tick]
    zero: float  # y of nothing


def lines(series: Mapping[str, Sequence[int]], ticks: Sequence[str]) -> Lines:
    """Return a line per series; all have as many values as there are `ticks`."""
    top = max((max(values, default=0) for values in series.values()), default=0) or 1
    xs = _spread(len(ticks))
    drawn = []
    for name, values in series.items():
        ys = [_y(value, top, LINES) for value in values]
        points = " ".join(f"{x:.2f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
        drawn.append(Line(name, points, xs[-1], ys[-1], ys[-1], values[-1]))
    labels = _apart([line.y for line in drawn])
    placed = [
        Line(each.name, each.points, each.x, each.y, label, each.last)
        for each, label in zip(drawn, labels, strict=True)
    ]
    return Lines(placed, _ticks(xs, ticks), float(LINES - _BOTTOM))


@dataclass(frozen=True)
class Bar:
    """What was gained or lost in one stretch of time."""

    x: float
    y: float
    width: float
    height: float
    value: int
    label: float  # y of its number
    middle: float


@dataclass(frozen=True)
class Bars:
    """Bars above and below nothing."""

    bars: Sequence[Bar]
    ticks: Sequence[Tick]
    zero: float


def bars(values: Sequence[int], ticks: Sequence[str]) -> Bars:
    """Return a bar per value, those below zero hanging from the line."""
    top, low = max(*values, 0, 0), min(*values, 0, 0)
    room = BARS - 2 * _TOP - _BOTTOM
    scale = room / ((top - low) or 1)
    zero = _TOP + top * scale
    step = min(WIDTH / max(len(values), 1), _WIDEST)
    start = WIDTH - step * len(values)  # few stand at the end, which is now
    drawn = []
    for place, value in enumerate(values):
        height = abs(value) * scale
        y = zero - height if value > 0 else zero
        x = start + place * step
        label = y - 4 if value >= 0 else y + height + 12
        drawn.append(
            Bar(x + _GAP, y, step - 2 * _GAP, height, value, label, x + step / 2)
        )
    middles = [bar.middle for bar in drawn]
    return Bars(drawn, _ticks(middles, ticks), zero)


@dataclass(frozen=True)
class Dots:
    """How one issue did, as places along its row from nobody to the largest."""

    reached: float
    refused: float
    left: float
    end: float  # of its readers


def dots(rows: Sequence[tuple[int, int, int, int]]) -> Sequence[Dots]:
    """Return a row of dots per issue.

    A row is how many readers it had, reached, was refused by, and lost.
    """
    top = max((total for total, *_ in rows), default=0) or 1
    return [
        Dots(
            *(WIDTH * min(many, top) / top for many in (reached, refused, left, total))
        )
        for total, reached, refused, left in rows
    ]


def _spread(many: int) -> list[float]:
    if many <= 1:
        return [float(WIDTH)] * many
    return [WIDTH * place / (many - 1) for place in range(many)]


def _y(value: int, top: int, height: int) -> float:
    room = height - _TOP - _BOTTOM
    return _TOP + room * (1 - value / top)


def _ticks(xs: Sequence[float], words: Sequence[str]) -> list[Tick]:
    """Return the words that have room: the first, the last and some between."""
    every = max(1, len(words) // 6)
    last = len(words) - 1
    return [
        Tick(x, said, "end" if place == last else "middle" if place else "start")
        for place, (x, said) in enumerate(zip(xs, words, strict=True))
        if place == last or (place % every == 0 and last - place >= every)
    ]


def _apart(ys: Sequence[float]) -> list[float]:
    """Return places for labels near `ys`, none too near another nor below the line."""
    order = sorted(range(len(ys)), key=lambda place: ys[place])
    placed = list(ys)
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + _APART)
    lowest = float(LINES - _BOTTOM)
    for after in reversed(order):
        placed[after] = min(placed[after], lowest)
        lowest = placed[after] - _APART
    return placed
