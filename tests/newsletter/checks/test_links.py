"""Links, judged without asking for them, and by what asking gave."""

import pytest

from newsletter.checks import addresses, examine
from newsletter.checks.proof import Proof
from newsletter.config import Network
from newsletter.models import LinkState
from newsletter.trials import Trial
from tests.newsletter.checks.proofs import found, item, proof, text

BASE = "https://news.example.org"


def linked(url: str, words: str = "le dossier complet", language: str = "fr") -> Proof:
    return proof(item(text(language, body=f'<p>Voir <a href="{url}">{words}</a>.</p>')))


def checks_in(whole: Proof) -> set[str]:
    return {check for check, *_ in found(whole)}


BROKEN = [
    "/permis",
    "www.example.org/permis",
    "permis.html",
    "https://",
    "https:///permis",
    "http://example",
    "https://example.org/a b",
    "https://example.org/?a=1&amp;amp;b=2",
    "https://example.org/100%",
    "https://example.org/{{ id }}",
    "mailto:nobody",
    "ftp://example.org/x",
]


@pytest.mark.parametrize("url", BROKEN)
def test_an_address_that_cannot_work_must_be_fixed(url: str) -> None:
    assert ("link-address", "must-fix", "fr", "body") in found(linked(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://example.org:8080/a%20b?x=1&amp;y=é#z",
        "https://fr.wikipedia.org/wiki/Loutre_(d’Europe)",
        "mailto:bonjour@example.org?subject=Oui",
        "tel:+3225123456",
    ],
)
def test_an_address_that_works_is_fine(url: str) -> None:
    assert checks_in(linked(url)) <= {"links-differ"}


STAGING = [
    "http://localhost:3000/permis",
    "http://127.0.0.1/permis",
    "http://192.168.1.20/permis",
    "https://staging.example.org/permis",
    "https://www-staging.example.org/permis",
    "https://test.riviere.example.org/permis",
    "https://riviere.local/permis",
    "https://riviere.example.org/?p=12&amp;preview=true",
    "https://riviere.example.org/wp-admin/post.php?post=1",
    "https://abc.ngrok-free.app/permis",
]


@pytest.mark.parametrize("url", STAGING)
def test_a_test_site_must_be_fixed(url: str) -> None:
    assert ("link-staging", "must-fix", "fr", "body") in found(linked(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://www.test-achats.be/",
        "https://dev.to/x",
        "https://stage.be/aanbod",
        "https://acc.co.uk/",
        "https://acceptance-journal.example.org/",
        "https://93.184.216.34/",
        f"{BASE}/fr/verger",
    ],
)
def test_a_public_site_is_no_test_site(url: str) -> None:
    assert "link-staging" not in checks_in(linked(url))


def test_an_installation_that_is_tried_out_may_link_to_its_own_machine() -> None:
    whole = linked("http://127.0.0.1:9000/permis")
    trying_out = proof(*whole.items, base_url="http://localhost:8000")

    assert "link-staging" not in checks_in(trying_out)


def test_a_private_network_that_readers_share_is_fine() -> None:
    from ipaddress import ip_network

    whole = linked("http://192.168.1.20/permis")
    allow: tuple[Network, ...] = (ip_network("192.168.0.0/16"),)

    assert "link-staging" not in checks_in(proof(*whole.items, allow=allow))


@pytest.mark.parametrize("url", ["https://bit.ly/3x", "http://www.tinyurl.com/y"])
def test_a_shortener_is_worth_a_look(url: str) -> None:
    assert ("link-shortener", "look", "fr", "body") in found(linked(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/?utm_source=lettre",
        "https://example.org/?a=1&amp;fbclid=xyz",
        "https://eur01.safelinks.protection.outlook.com/?url=x",
    ],
)
def test_a_link_that_follows_readers_is_worth_a_look(url: str) -> None:
    assert ("link-tracking", "look", "fr", "body") in found(linked(url))


@pytest.mark.parametrize(
    "url", ["https://example.org/?q=utm", "https://utm.example.org"]
)
def test_a_plain_parameter_follows_nobody(url: str) -> None:
    assert not {"link-tracking", "link-shortener"} & checks_in(linked(url))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        *(("fr", w) for w in ("ici", "Cliquez ici", "ce lien")),
        *(("nl", w) for w in ("hier", "Klik hier", "deze link")),
        *(("de", w) for w in ("hier", "Hier klicken", "klicken Sie hier!")),
        *(("en", w) for w in ("here", "Click here", "this link", "")),
    ],
)
def test_a_link_that_says_nothing_is_worth_a_look(language: str, words: str) -> None:
    spoilt = linked("https://example.org/x", words, language)

    assert ("link-words", "look", language, "body") in found(spoilt)


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "La vie d’ici"), ("nl", "Hier woont de otter"), ("en", "Here we stand")],
)
def test_a_link_may_contain_such_a_word(language: str, words: str) -> None:
    assert "link-words" not in checks_in(
        linked("https://example.org/x", words, language)
    )


def test_the_words_of_a_button_are_judged_too() -> None:
    spoilt = proof(item(text("de", link_text="Hier klicken")))

    assert ("link-words", "look", "de", "link_text") in found(spoilt)


TWINS = {
    "fr": "https://riviere.example.org/permis",
    "nl": "https://riviere.example.org/vergunning",
}


def test_the_page_of_another_language_must_be_fixed_where_there_is_a_twin() -> None:
    body = f'<p>Lees <a href="{TWINS["fr"]}">de vergunning</a>.</p>'
    spoilt = item(text("fr"), text("nl", url=TWINS["nl"], body=body), url=TWINS["fr"])

    assert ("link-language", "must-fix", "nl", "body") in found(proof(spoilt))


def test_a_page_beside_which_none_is_known_may_be_linked_to() -> None:
    body = f'<p>Lees <a href="{TWINS["fr"]}">de vergunning</a>.</p>'
    fine = item(text("fr"), text("nl", body=body), url=TWINS["fr"])

    assert "link-language" not in checks_in(proof(fine))


def test_two_languages_in_the_path_are_twins() -> None:
    french = '<p>Lire <a href="https://ville.example.org/fr/eau">le plan</a>.</p>'
    dutch = '<p>Lees <a href="https://ville.example.org/{}/eau">het plan</a>.</p>'
    spoilt = item(text("fr", body=french), text("nl", body=dutch.format("fr")))
    english = '<p>Read <a href="https://ville.example.org/nl/eau">the plan</a>.</p>'
    known = item(
        text("fr", body=french),
        text("nl", body=dutch.format("nl")),
        text("en", body=english),
    )

    assert "link-language" not in checks_in(proof(spoilt))
    both = [each for each in found(proof(known)) if each[0] == "link-language"]
    assert both == []  # there is no English page


def test_a_french_page_in_a_dutch_text_is_found_by_its_path() -> None:
    both = (
        '<p>Lees <a href="https://ville.example.org/fr/eau">het plan</a> en'
        ' <a href="https://ville.example.org/nl/eau">het waterplan</a>.</p>'
    )

    spoilt = proof(item(text("nl", body=both)))

    assert ("link-language", "must-fix", "nl", "body") in found(spoilt)


@pytest.mark.parametrize(
    ("trial", "level"),
    [
        (Trial(LinkState.BROKEN, 404), "look"),
        (Trial(LinkState.BROKEN), "look"),
        (Trial(LinkState.DOUBTFUL, 403), "look"),
        (Trial(LinkState.DOUBTFUL), "look"),
        (Trial(LinkState.UNTRIED), "could-not-check"),
    ],
)
def test_what_a_server_said_never_stands_in_the_way(trial: Trial, level: str) -> None:
    url = item().url

    report = examine(proof(trials=((url, trial),)))

    assert [f.level.value for f in report.findings] == [level]
    assert report.must_fix == ()


def test_a_link_that_works_is_fine_and_one_not_tried_says_so() -> None:
    untried = examine(proof(trials=()))

    assert found(proof()) == []
    assert [f.sentence.say("en") for f in untried.unchecked] == [
        "One link has not been tried yet."
    ]


def test_a_broken_link_says_which_and_how() -> None:
    report = examine(proof(trials=((item().url, Trial(LinkState.BROKEN, 404)),)))

    said = report.look[0].sentence
    assert said.say("en").startswith("This link leads nowhere (error 404): https://")
    assert said.say("de").startswith("Dieser Link führt ins Leere (Fehler 404): ")


@pytest.mark.parametrize("url", ["\x00", "http://[", "https://[::1", "http://a:b/"])
def test_any_address_can_be_judged(url: str) -> None:
    assert addresses.fault(url)
    addresses.is_staging(url, allow=())
    addresses.trackers(url)
