"""What mail programs cut: a letter stays well below it, in every design."""

from dataclasses import replace

import pytest

from newsletter.rendering import Block, Design, Letter, render
from tests.golden import cases
from tests.golden.letters import APPEAL, DOCUMENTS, EVENT, LEAD, LINK, STORY, VIDEO

PROSE = "Une phrase de longueur moyenne, comme on en lit dans une lettre. " * 4
LONG = "https://www.une-organisation-au-nom-assez-long.example/actualites/2026/12"


def letter_of(count: int, design: Design) -> Letter:
    kinds = (STORY, LINK, VIDEO, EVENT, DOCUMENTS, STORY, APPEAL)
    blocks: list[Block] = [LEAD]
    for number in range(2, count + 1):
        kind = kinds[number % len(kinds)]
        blocks.append(
            replace(
                kind,
                anchor=f"i{number}",
                summary=PROSE,
                url=f"{LONG}/{number}",
                picture=None if kind.event else STORY.picture,
                section=kind.section if number < 7 else "",
            )
        )
    letter = replace(cases.full("fr"), blocks=tuple(blocks))
    return replace(letter, style=cases.STYLES[design])


@pytest.mark.parametrize("design", Design)
@pytest.mark.parametrize(("items", "kilobytes"), [(6, 35), (20, 80)])
def test_a_letter_stays_below_what_mail_programs_cut(
    items: int, kilobytes: int, design: Design
) -> None:
    html = render(letter_of(items, design)).html

    assert len(html.encode()) < kilobytes * 1000


def test_a_thumbnail_is_the_smaller_picture_where_there_is_one() -> None:
    assert STORY.picture
    narrow = replace(STORY.picture, url="https://news.example.org/media/narrow.jpg")
    wide = replace(STORY.picture, small=narrow)
    blocks = (replace(LEAD, picture=wide), replace(STORY, picture=wide))

    html = render(replace(cases.full("fr"), blocks=blocks)).html

    assert html.count(f'src="{narrow.url}"') == 1
    assert html.count(f'src="{STORY.picture.url}"') == 1
