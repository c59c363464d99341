"""The pictures that shared links show."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from newsletter import cards
from newsletter.cards import Card

PLAIN = Card("Le pont est ouvert", "Les Amis du pont", "fr")
TITLES = {
    "fr": "L’été « à la gare » : où, déjà ? Œuvre, cœur, maïs, çà…",
    "nl": "‘Één vóór allen’, de ĳsvogel en het café",
    "de": "„Größer als gedacht“: Straßenbäume und Äpfel über Öl",
    "en": "“It’s done” – the naïve £5 résumé",
    "pl": "Zażółć gęślą jaźń",
    "el": "Η γέφυρα άνοιξε",
    "uk": "Міст відкрито, їжаку",
    "ar": "البستان صار لنا",
    "he": "הגשר נפתח",
}


def opened(card: Card) -> Image.Image:
    return Image.open(BytesIO(cards.draw(card))).convert("RGB")


def ink(image: Image.Image, top: int, bottom: int) -> tuple[int, int]:
    """Return the first and the last column between two rows that is not ground."""
    ground = image.getpixel((0, 0))
    part = image.crop((0, top, image.width, bottom))
    mask = Image.new("RGB", part.size, ground)
    box = ImageChops.difference(part, mask).getbbox()
    return (box[0], box[2]) if box else (0, 0)


@pytest.mark.parametrize("language", TITLES)
def test_a_title_is_drawn_in_every_language_and_stays_inside(language: str) -> None:
    image = opened(Card(TITLES[language], "Nom", language))

    left, right = ink(image, 90, 520)
    assert image.size == (1200, 630)
    assert 80 <= left < right <= 1120


def test_every_letter_of_our_languages_has_a_shape() -> None:
    ours = "".join(TITLES[language] for language in ("fr", "nl", "de", "en"))

    assert cards._face(ours, "fr") == "SourceSerifPro-Bold.ttf"


def test_what_reads_from_the_right_begins_there() -> None:
    left, right = ink(opened(Card(TITLES["he"], "", "he")), 90, 520)

    assert left > 400
    assert right > 1100


@pytest.mark.parametrize(
    "title",
    [
        "mot " * 200,
        "Donaudampfschifffahrt" * 30,
        "x" * 100_000,
        "é" * 300,
        "a\u202fb" * 90,
    ],
)
def test_a_title_too_long_gets_smaller_and_then_ends(title: str) -> None:
    image = opened(Card(title, "Nom", "fr"))

    assert ink(image, 480, 502) == (0, 0)  # nothing runs into the name
    assert ink(image, 90, 500)[1] <= 1125


@pytest.mark.parametrize("title", ["", " ", "🦦🦦", "桥开了", "\x00\x01", "\u202e"])
def test_a_title_that_cannot_be_written_leaves_the_card_without_one(title: str) -> None:
    assert ink(opened(Card(title, "Nom", "fr")), 90, 500) == (0, 0)


def test_pictures_in_a_title_are_left_out() -> None:
    with_picture = cards.draw(Card("🎉 Le pont 👩‍👩‍👧 est ouvert", PLAIN.name, "fr"))

    assert with_picture == cards.draw(PLAIN)


def test_a_card_has_the_lists_colour_dark_enough_for_white_letters() -> None:
    grounds = [
        opened(Card("T", "N", "fr", accent)).getpixel((0, 0))
        for accent in ("#b3261e", "#ffff00", "", "nonsense")
    ]

    assert grounds[0] == (0xB3, 0x26, 0x1E)
    assert max(grounds[1]) < 0x90  # type: ignore[arg-type]  # three numbers, in RGB
    assert grounds[2] == grounds[3] == (0x0B, 0x5D, 0x57)


def test_the_same_words_are_one_file(tmp_path: Path) -> None:
    paths = {cards.keep(cards.draw(PLAIN), folder=tmp_path / "media") for _ in range(2)}

    (path,) = paths
    (file,) = (tmp_path / "media").iterdir()
    assert path == f"/media/{file.name}"
    assert len(file.stem) == 32
    assert file.stat().st_size < 40_000
