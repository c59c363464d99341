"""What an entry says about itself, rule by rule."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.errors import BadText
from newsletter.feeds import boilerplate, captions, drafting, summaries
from newsletter.feeds.captions import Caption
from newsletter.feeds.drafting import Draft, Setting
from newsletter.feeds.entries import Enclosure, Entry
from newsletter.items import markup
from newsletter.models import ItemType

SETTING = Setting(
    languages=("fr", "nl", "de", "en"),
    zone=ZoneInfo("Europe/Brussels"),
    declared="fr",
    home="https://f.example/",
)
PDF = '<p><a href="/d/{0}.pdf">Document {0}</a></p>'
LONG = "<p>" + "Une phrase qui raconte quelque chose de nouveau. " * 20 + "</p>"


def draft(content: str, setting: Setting = SETTING, **given: Any) -> Draft:
    values: dict[str, Any] = {
        "guid": "1",
        "title": "Titre",
        "link": "https://f.example/1",
        "published_at": datetime(2026, 3, 2, tzinfo=UTC),
    }
    return drafting.draft(Entry(content=content, **values | given), setting)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (LONG, ItemType.STORY),
        (LONG + PDF.format(1), ItemType.STORY),
        (LONG + PDF.format(1) + PDF.format(2), ItemType.STORY),
        ("<p>Voici.</p>" + PDF.format(1) + PDF.format(2), ItemType.DOCUMENTS),
        (PDF.format(1), ItemType.DOCUMENTS),
        ('<p>À lire <a href="https://other.example/">là-bas</a>.</p>', ItemType.LINK),
        ('<p>À lire <a href="https://www.f.example/2">ici</a>.</p>', ItemType.STORY),
        (
            f'{LONG}<p><a href="https://youtu.be/abc">Voir</a></p>',
            ItemType.VIDEO,
        ),
        (
            f'{LONG}<iframe src="https://player.vimeo.com/video/123"></iframe>',
            ItemType.VIDEO,
        ),
        (
            f'{LONG}<p>Vu sur <a href="https://youtu.be/abc">une chaîne</a> hier.</p>',
            ItemType.STORY,
        ),
    ],
)
def test_the_type_follows_from_what_the_entry_holds(
    content: str, kind: ItemType
) -> None:
    assert draft(content).type is kind


def test_a_link_item_leads_where_the_entry_points() -> None:
    made = draft('<p>À lire <a href="https://other.example/x">là-bas</a>.</p>')

    assert made.url == "https://other.example/x"


@pytest.mark.parametrize(
    ("embedded", "page"),
    [
        (
            "https://www.youtube-nocookie.com/embed/abc_1-2",
            "https://www.youtube.com/watch?v=abc_1-2",
        ),
        ("https://player.vimeo.com/video/123", "https://vimeo.com/123"),
    ],
)
def test_a_video_in_a_frame_is_linked_by_its_page(embedded: str, page: str) -> None:
    assert draft(f'<iframe src="{embedded}"></iframe>').video_url == page


def test_a_film_that_comes_with_the_entry_is_a_video() -> None:
    made = draft(LONG, enclosures=(Enclosure("/film.mp4", "video/mp4"),))

    assert (made.type, made.video_url) == (
        ItemType.VIDEO,
        "https://f.example/film.mp4",
    )


def test_documents_in_a_list_leave_the_text_too() -> None:
    made = draft(
        f"{LONG}<ul><li><a href='/a.pdf'>Premier avis</a> (PDF, 1,2 Mo)</li>"
        "<li><a href='/b.docx?utm_source=x'>Second avis</a></li></ul>"
    )

    assert [(one.title, one.url, one.format) for one in made.documents] == [
        ("Premier avis", "https://f.example/a.pdf", "PDF"),
        ("Second avis", "https://f.example/b.docx", "DOCX"),
    ]
    assert "<ul>" not in made.texts["fr"]["body"]


def test_a_document_in_a_sentence_is_listed_and_the_sentence_stays() -> None:
    made = draft('<p>Tout est dans <a href="/x/le-grand-rapport.pdf">ici</a>.</p>')

    assert made.documents[0].title == "le grand rapport"
    assert "Tout est dans" in made.texts["fr"]["body"]


def test_a_document_that_comes_with_the_entry_is_listed() -> None:
    made = draft(LONG, enclosures=(Enclosure("/a.pdf", "application/pdf"),))

    assert [one.url for one in made.documents] == ["https://f.example/a.pdf"]


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        (
            "©ISOFOTO Une femme au bord de l’eau",
            Caption("Une femme au bord de l’eau", "ISOFOTO"),
        ),
        ("© Anne Peeters", Caption(credit="Anne Peeters")),
        ("© AFP / Anne Peeters", Caption(credit="AFP / Anne Peeters")),
        (
            "(c) Anne Peeters – La place un jour de marché",
            Caption("La place un jour de marché", "Anne Peeters"),
        ),
        ("Photo : Anne Peeters", Caption(credit="Anne Peeters")),
        ("Crédit photo : Anne Peeters", Caption(credit="Anne Peeters")),
        ("Foto: Bart Claes", Caption(credit="Bart Claes")),
        ("Bild: Jens Vogel", Caption(credit="Jens Vogel")),
        ("© 2026 Rivière vivante", None),
        ("La photo : un souvenir", None),
        ("Photographes, à vos appareils", None),
    ],
)
def test_credits_are_read(line: str, caption: Caption | None) -> None:
    assert captions.read_credit(line) == caption


def test_a_caption_in_a_figure_is_the_caption() -> None:
    made = draft(
        '<figure><img src="a.png" alt="x"><figcaption>La crue</figcaption></figure>'
        + LONG
    )

    assert made.texts["fr"]["caption"] == made.texts["fr"]["alt"] == "La crue"
    assert "La crue" not in made.texts["fr"]["body"]
    assert made.pictures == ("a.png",)


def test_without_a_caption_the_pictures_own_words_are_its_alternative() -> None:
    made = draft(f'<p><img src="a.png" alt="Un pont sous la neige"></p>{LONG}')

    assert made.texts["fr"]["alt"] == "Un pont sous la neige"
    assert made.texts["fr"]["caption"] == ""


def test_a_line_that_comes_twice_without_a_picture_stays_once() -> None:
    made = draft(f"<p>Encore</p><p>Encore</p>{LONG}")

    assert made.texts["fr"]["body"].count("Encore") == 1
    assert made.texts["fr"]["caption"] == ""


def test_a_pause_between_texts_of_one_language_splits_nothing() -> None:
    made = draft(f"{LONG}<p>* * *</p>{LONG}")

    assert list(made.texts) == ["fr"]
    assert made.texts["fr"]["body"].count("<p>") == 2


@pytest.mark.parametrize("line", ["<p>.....</p>", "<hr>", "<p>— — —</p>", "<p>___</p>"])
def test_a_heading_over_the_second_language_is_its_title(line: str) -> None:
    first = "<p>Le vieux pont est rouvert aux marcheurs, après deux ans de travaux.</p>"
    second = (
        "<h3>The bridge is open</h3><p>The old bridge over the river has been opened "
        "to walkers again after two years of work.</p>"
    )

    made = draft(first + line + second)

    assert made.texts["en"]["title"] == "The bridge is open"
    assert made.texts["en"]["body"].startswith("<p>The old bridge")
    assert made.texts["fr"]["title"] == "Titre"


def test_an_entry_without_a_title_is_called_by_its_first_words() -> None:
    made = draft("<p>Un mot de la rivière.</p>", title="")

    assert made.texts["fr"]["title"] == "Un mot de la rivière."


def test_an_entry_with_nothing_in_it_is_refused() -> None:
    with pytest.raises(BadText, match="neither a title nor a text"):
        draft("", title="  ")


def test_markup_in_a_title_is_left_out() -> None:
    made = draft(LONG, title="Fish &lt; &amp; <b>chips</b>\n again")

    assert made.texts["fr"]["title"] == "Fish < & chips again"


@pytest.mark.parametrize(
    ("description", "summary"),
    [
        ("Un résumé tout simple.", "Un résumé tout simple."),
        ("<p>Avec <b>des</b> balises.</p>", "Avec des balises."),
        ("Le début du texte […]", "Le début du…"),
        ("Le début du texte… Lire la suite", "Le début du…"),
        ("", "Une phrase entière pour commencer."),
    ],
)
def test_the_summary_is_what_the_feed_offers_made_whole(
    description: str, summary: str
) -> None:
    row = markup.read("<p>Une phrase entière pour commencer.</p><p>Puis une autre.</p>")

    assert summaries.of_entry(description, row) == summary


def test_a_long_summary_ends_with_a_sentence() -> None:
    summary = summaries.of_entry(
        "Voici une phrase de taille ordinaire, vraiment. " * 20, ()
    )

    assert summary.endswith("vraiment.")
    assert len(summary) <= summaries.LIMIT


def foot(*texts: str) -> frozenset[str]:
    return boilerplate.find(
        (f"Titre {number}", markup.read(f"<p>Un texte {number}.</p><p>{text}</p>"))
        for number, text in enumerate(texts)
    )


@pytest.mark.parametrize(
    ("feet", "found"),
    [
        (["Suivez-nous !"] * 3, True),
        (["Suivez-nous !"] * 2, False),
        (["Suivez-nous !"] * 4 + ["Rien"], True),
        (["Suivez-nous !"] * 3 + ["Rien"] * 3, False),
        ([f"Le billet Titre {n} est paru sur Rivière" for n in range(3)], True),
        (["Source : Le Courrier"] * 5, False),
    ],
)
def test_words_at_the_foot_of_nearly_every_entry_are_boilerplate(
    feet: list[str], found: bool
) -> None:
    assert bool(foot(*feet)) is found


def test_boilerplate_is_dropped_from_the_foot_only() -> None:
    known = foot(*["Suivez-nous !"] * 3)
    row = markup.read(
        "<p>Suivez-nous !</p>" + "<p>Un.</p>" * 4 + "<p>Suivez-nous !</p>"
    )

    kept = boilerplate.drop(row, title="Titre", known=known)

    assert [block.text for block in kept] == ["Suivez-nous !", *["Un."] * 4]
