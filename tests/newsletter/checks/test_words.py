"""Words in four languages: what each check finds, and what it must not find."""

import pytest

from newsletter.checks import Level, examine
from newsletter.checks.proof import Proof
from tests.newsletter.checks.proofs import edition, found, item, proof, text

LOOK, MUST = "look", "must-fix"

PLACEHOLDERS = [
    ("fr", "<p>La réunion aura lieu le [date] à Namur.</p>"),
    ("fr", "<p>Bonjour {{ prénom }}, voici la lettre.</p>"),
    ("fr", "<p>Le maire a dit TK avant de partir.</p>"),
    ("fr", "<p>Rendez-vous à [à compléter] dès samedi.</p>"),
    ("nl", "<p>Lorem ipsum dolor sit amet.</p>"),
    ("nl", "<p>We zien elkaar op [datum] in Gent.</p>"),
    ("nl", "<p>Beste *|FNAME|*, hier is de brief.</p>"),
    ("de", "<p>Der Preis geht an XXX aus Köln.</p>"),
    ("de", "<p>Wir sehen uns am [Datum] in Eupen.</p>"),
    ("de", "<p>Der Text endet hier [..] und geht weiter.</p>"),
    ("en", "<p>The winner is TKTK, from Leeds.</p>"),
    ("en", "<p>See you at [insert place] soon.</p>"),
    ("en", "<p>Hello %%first_name%%, here is the letter.</p>"),
]
NO_PLACEHOLDERS = [
    ("fr", "<p>« Nous avons gagné […] et nous continuons », dit-elle.</p>"),
    ("fr", "<p>Le XXXe anniversaire de l’association [1] approche.</p>"),
    ("fr", "<p>Un extrait de la page, coupé par le flux […]</p>"),
    ("nl", "<p>Kruis aan: [ ] ja [ ] nee</p>"),
    ("nl", "<p>De TK stemt volgende week over de wet.</p>"),
    ("nl", "<p>Liefs van ons allemaal, xxx</p>"),
    ("de", "<p>Die TK zahlt den Kurs, das Haus {4} auch.</p>"),
    ("de", "<p>„Wir haben […] gewonnen“, sagt sie.</p>"),
    ("en", "<p>TK Maxx gave us [their] old shelves.</p>"),
    ("en", "<blockquote>We won [...] and we go on.</blockquote><p>So she said.</p>"),
]


@pytest.mark.parametrize(("language", "body"), PLACEHOLDERS)
def test_a_placeholder_must_be_fixed(language: str, body: str) -> None:
    spoilt = proof(item(text(language, body=body)))

    assert ("placeholder", MUST, language, "body") in found(spoilt)


@pytest.mark.parametrize(("language", "body"), NO_PLACEHOLDERS)
def test_what_only_looks_like_a_placeholder_is_none(language: str, body: str) -> None:
    assert "placeholder" not in checks_in(proof(item(text(language, body=body))))


DOUBLED = [
    ("fr", "Nous avons vu la la rivière monter."),
    ("nl", "We hebben de de rivier zien stijgen."),
    ("de", "Wir haben den Fluss steigen steigen sehen."),
    ("en", "We saw the the river rise."),
]
NOT_DOUBLED = [
    ("fr", "Nous nous retrouvons, vous vous inscrivez : très très vite."),
    ("fr", "Il y a a-t-il ; Baden Baden ; deux par deux, 12 12."),
    ("nl", "De kinderen die die dag kwamen, lieten vliegers op op een heuvel."),
    ("nl", "Ik denk dat dat klopt, in het huis\nhuis aan huis."),
    ("de", "Kinder, die die Schule besuchen, sagen, dass das das Beste ist."),
    ("de", "Sie kommt an an der Haltestelle, der der Ort gehört."),
    ("en", "I know that that is so, and she had had enough."),
    ("en", "Make it safe\nMake It Safe, in Walla Walla."),
]


@pytest.mark.parametrize(("language", "summary"), DOUBLED)
def test_a_doubled_word_is_worth_a_look(language: str, summary: str) -> None:
    spoilt = proof(item(text(language, summary=summary)))

    assert ("doubled-words", LOOK, language, "summary") in found(spoilt)


@pytest.mark.parametrize(("language", "summary"), NOT_DOUBLED)
def test_words_that_may_stand_twice_are_left_alone(language: str, summary: str) -> None:
    assert "doubled-words" not in checks_in(
        proof(item(text(language, summary=summary)))
    )


TOMORROW = [
    ("fr", "Nous nous retrouvons demain sur la place."),
    ("fr", "Après-demain, tout sera fini."),
    ("nl", "We zien elkaar morgen op het plein."),
    ("nl", "Morgenavond zingen we op het plein."),
    ("nl", "Morgen begint de week van de rivier."),
    ("de", "Wir sehen uns morgen auf dem Platz."),
    ("de", "Übermorgen ist alles vorbei."),
    ("en", "See you tomorrow on the square."),
    ("en", "Tomorrow is the last day to sign."),
]
NO_TOMORROW = [
    ("fr", "Le monde de demain se construit ici, dès le lendemain."),
    ("fr", "« Nous serons là demain », a-t-elle dit. Demain, 11 octobre, on fête."),
    ("fr", "Hier encore, personne n’y croyait."),
    ("nl", "De kinderen van morgen lezen De Morgen, elke morgen."),
    ("nl", "Op een morgen stond het water in de tuin. Goedemorgen!"),
    ("nl", "Morgen, 11 oktober, vieren we feest."),
    ("de", "Die Welt von morgen beginnt am Morgen, jeden Morgen."),
    ("de", "Guten Morgen! Heute Morgen stand das Wasser im Garten."),
    ("en", "The citizens of tomorrow deserve a better tomorrow."),
    ("en", "Tomorrow’s rivers are today’s work."),
]


@pytest.mark.parametrize(("language", "summary"), TOMORROW)
def test_tomorrow_is_worth_a_look(language: str, summary: str) -> None:
    spoilt = proof(item(text(language, summary=summary)))

    assert ("relative-day", LOOK, language, "summary") in found(spoilt)


@pytest.mark.parametrize(("language", "summary"), NO_TOMORROW)
def test_a_morning_or_a_future_is_no_day(language: str, summary: str) -> None:
    assert "relative-day" not in checks_in(proof(item(text(language, summary=summary))))


FILE_NAMES = [
    ("fr", "Sans titre 2 Cette analyse donne un aperçu des mesures."),
    ("fr", "Le Centre cgkr_webbanners_mensenhandel_frvient de publier son rapport."),
    ("nl", "Zonder titel-1 We zien elkaar op het plein."),
    ("de", "IMG_2041.JPG Wir sehen uns auf dem Platz."),
    ("en", "See the programme rapport-final.pdf for the day."),
]
NO_FILE_NAMES = [
    ("fr", "Écrivez à marie_de_la_tour@example.org, ou @les_amis_de_la_senne."),
    ("nl", "Alles staat op https://riviere.example/a_b_c/foto.jpg en #red_de_rivier."),
    ("de", "Ohne Titel blieb das Bild von 1920; das PDF folgt."),
    ("en", "The site riviere.example and the file-sharing self_service are open."),
]


@pytest.mark.parametrize(("language", "summary"), FILE_NAMES)
def test_the_name_of_a_file_in_a_text_is_worth_a_look(
    language: str, summary: str
) -> None:
    spoilt = proof(item(text(language, summary=summary)))

    assert ("file-name", LOOK, language, "summary") in found(spoilt)


@pytest.mark.parametrize(("language", "summary"), NO_FILE_NAMES)
def test_addresses_and_names_are_no_files(language: str, summary: str) -> None:
    assert "file-name" not in checks_in(proof(item(text(language, summary=summary))))


ATTACHED = [
    ("fr", "Vous trouverez le programme en pièce jointe."),
    ("fr", "Voir le plan ci-joint."),
    ("nl", "Het programma vind je in bijlage."),
    ("nl", "Bijgevoegd vind je het plan."),
    ("de", "Das Programm finden Sie im Anhang."),
    ("de", "Anbei der Plan."),
    ("en", "Please find attached the programme."),
    ("en", "The attached document tells more."),
]
NOT_ATTACHED = [
    ("fr", "Elle est très attachée à la rivière, une pièce à joindre au puzzle."),
    ("nl", "Ze hangt aan de rivier, een mooie bijzaak."),
    ("de", "Sie hat eine große Anhängerschaft, auch im Hang."),
    ("en", "The school is attached to the abbey; we are attached to it."),
]


@pytest.mark.parametrize(("language", "summary"), ATTACHED)
def test_an_attachment_that_is_not_there_is_worth_a_look(
    language: str, summary: str
) -> None:
    spoilt = proof(item(text(language, summary=summary)))

    assert ("attachment", LOOK, language, "summary") in found(spoilt)


@pytest.mark.parametrize(("language", "summary"), ATTACHED)
def test_an_attachment_that_is_there_is_none_of_its_business(
    language: str, summary: str
) -> None:
    papers = (("https://riviere.example.org/plan.pdf", "Plan"),)
    fine = proof(item(text(language, summary=summary), documents=papers))

    assert "attachment" not in checks_in(fine)


@pytest.mark.parametrize(("language", "summary"), NOT_ATTACHED)
def test_other_things_may_be_attached(language: str, summary: str) -> None:
    assert "attachment" not in checks_in(proof(item(text(language, summary=summary))))


OTHER = {
    "fr": ("nl", "De vrijwilligers hebben samen de hele oever schoongemaakt."),
    "nl": ("fr", "Les bénévoles ont nettoyé ensemble toute la berge de la rivière."),
    "de": ("en", "The volunteers have cleaned the whole bank of the river together."),
    "en": ("de", "Die Freiwilligen haben zusammen das ganze Ufer gereinigt."),
}


@pytest.mark.parametrize("language", OTHER)
def test_a_text_under_the_wrong_tab_is_worth_a_look(language: str) -> None:
    other, words = OTHER[language]
    spoilt = proof(item(text(language, summary=words)))

    assert ("wrong-language", LOOK, language, "summary") in found(spoilt)
    assert "wrong-language" not in checks_in(proof(item(text(other, summary=words))))


@pytest.mark.parametrize(
    ("language", "summary"),
    [
        ("fr", "Make-IT-Safe, A21 Freedom Challenge, Child Helpline International"),
        ("nl", "Prix Alouette voor Samira"),
        ("de", "Der Prix Alouette"),
        ("en", "Vin d’honneur"),
        ("en", "She said: “Les bénévoles ont nettoyé ensemble toute la berge.”"),
    ],
)
def test_names_and_quotations_may_be_in_another_language(
    language: str, summary: str
) -> None:
    assert "wrong-language" not in checks_in(
        proof(item(text(language, summary=summary)))
    )


def test_what_cannot_tell_languages_apart_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("newsletter.feeds.detection.available", lambda: False)

    report = examine(proof())

    assert [each.check for each in report.unchecked] == ["wrong-language"]
    assert report.unchecked[0].level is Level.UNCHECKED


def test_an_issue_in_order_passes_everything() -> None:
    assert found(proof()) == []
    assert examine(proof()).headline("fr").startswith("Prêt à partir.")


def test_the_words_around_the_items_are_read_too() -> None:
    spoilt = proof(
        edition("nl", intro="Beste lezers,\n\nHier komt [naam] aan het woord.")
    )

    assert found(spoilt) == [("placeholder", MUST, "nl", "intro")]


def checks_in(whole: Proof) -> set[str]:
    return {check for check, *_ in found(whole)}
