"""Drawings of figures as SVG: values in, shapes out (pure).

Sizes are in units of the drawing, which the page scales. Colours and words are the
page's: a shape only says what it stands for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH = 640
LINES = 190  # height of a drawing of lines
BARS = 130
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 92, 14, 22
_APART = 15  # between two labels, so that both can be read
_ROW = 34  # height of a row of dots
_NAMES = 190  # room for what stands before a row
_WIDEST = 90  # of a bar and what is around it


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
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
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
    width = WIDTH - _LEFT - _RIGHT
    step = min(width / max(len(values), 1), _WIDEST)
    start = _LEFT + width - step * len(values)  # few stand at the end, which is now
    drawn = []
    for place, value in enumerate(values):
        height = abs(value) * scale
        y = zero - height if value > 0 else zero
        x = start + place * step
        label = y - 4 if value >= 0 else y + height + 12
        drawn.append(
            Bar(x + 2, y, max(step - 4, 1), height, value, label, x + step / 2)
        )
    middles = [bar.middle for bar in drawn]
    return Bars(drawn, _ticks(middles, ticks), zero)


@dataclass(frozen=True)
class Dots:
    """How one issue did, as places along its row from nobody to the largest."""

    y: float
    reached: float
    refused: float
    left: float
    end: float  # of its readers


def dots(rows: Sequence[tuple[int, int, int, int]]) -> tuple[Sequence[Dots], float]:
    """Return a row of dots per issue, and the height of all of them.

    A row is how many readers it had, reached, was refused by, and lost.
    """
    top = max((total for total, *_ in rows), default=0) or 1
    room = WIDTH - _NAMES - 60

    def at(value: int) -> float:
        return _NAMES + room * min(value, top) / top

    drawn = [
        Dots(
            y=_ROW * place + _ROW / 2,
            reached=at(reached),
            refused=at(refused),
            left=at(left),
            end=at(total),
        )
        for place, (total, reached, refused, left) in enumerate(rows)
    ]
    return drawn, float(_ROW * len(rows))


def _spread(many: int) -> list[float]:
    room = WIDTH - _LEFT - _RIGHT
    if many <= 1:
        return [float(_LEFT + room)] * many
    return [_LEFT + room * place / (many - 1) for place in range(many)]


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
