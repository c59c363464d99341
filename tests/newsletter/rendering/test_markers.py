from dataclasses import replace

import pytest

from newsletter.errors import RenderingFailed
from newsletter.rendering import Letter, check, render
from tests.golden.letters import FRENCH, LETTERS, MARKERS


@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)
def test_every_marker_is_found_in_both_parts(letter: Letter) -> None:
    check(letter, render(letter))


@pytest.mark.parametrize(
    ("marker", "name"),
    [
        (MARKERS.unsubscribe, "the unsubscribe link"),
        (MARKERS.preferences, "the preferences link"),
        (MARKERS.address, "the reader’s address"),
        (MARKERS.since, "the day the reader joined"),
        (MARKERS.read_in("nl"), "the link to the letter in nl"),
    ],
)
def test_a_marker_lost_from_either_part_is_named(marker: str, name: str) -> None:
    rendered = render(FRENCH)

    with pytest.raises(RenderingFailed, match=f"HTML part .* lost {name}"):
        check(FRENCH, replace(rendered, html=rendered.html.replace(marker, "")))
    with pytest.raises(RenderingFailed, match=f"text part .* no place for {name}"):
        check(FRENCH, replace(rendered, text=rendered.text.replace(marker, "")))


def test_a_letter_without_a_way_out_is_refused() -> None:
    letter = replace(FRENCH, unsubscribe_url="")

    with pytest.raises(RenderingFailed, match="where the unsubscribe link goes"):
        check(letter, render(letter))


def test_only_markers_differ_between_two_renderings() -> None:
    once, again = render(FRENCH), render(FRENCH)

    assert once == again
