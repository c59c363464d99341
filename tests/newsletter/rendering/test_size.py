from dataclasses import replace

import pytest

from newsletter.rendering import Block, Letter, render
from tests.golden.letters import (
    DOCUMENTS,
    EVENT,
    FRENCH,
    LEAD,
    LINK,
    STORY,
    VIDEO,
)

PROSE = "Une phrase de longueur moyenne, comme on en lit dans une lettre. " * 5


def letter_of(count: int) -> Letter:
    kinds = (STORY, LINK, VIDEO, EVENT, DOCUMENTS)
    blocks: list[Block] = [LEAD]
    for number in range(2, count + 1):
        kind = kinds[number % len(kinds)]
        blocks.append(replace(kind, anchor=f"i{number}", summary=PROSE))
    return replace(FRENCH, blocks=tuple(blocks))


@pytest.mark.parametrize(("items", "kilobytes"), [(6, 60), (23, 90)])
def test_a_letter_stays_below_what_mail_programs_cut(
    items: int, kilobytes: int
) -> None:
    html = render(letter_of(items)).html

    assert len(html.encode()) < kilobytes * 1000
