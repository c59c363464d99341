"""What people see when they subscribe, set and printed on the command line."""

import json

import pytest

from tests.conftest import Run


def test_a_form_is_worded_in_every_language(run: Run) -> None:
    result = run(
        *("lists", "form", "newsletter", "--describe", "fr=Une fois par mois"),
        *("--consent", "Ja!", "--consent", "fr=Oui !"),
        *("--topic", "press:fr=Presse", "--topic", "press:nl=Pers"),
        *("--topic", "Young People:Jeunes", "--accent", "#AA3300"),
        *("--privacy", "https://example.org/privacy", "--no-acknowledge", "--json"),
    )

    facts = json.loads(result.stdout)
    assert result.exit_code == 0, result.output
    assert facts["descriptions"] == {"fr": "Une fois par mois"}
    assert facts["consent"]["fr"] == "Oui !"
    assert facts["consent"]["de"] == "Ja!"
    assert facts["topics"]["press"] == {"fr": "Presse", "nl": "Pers"}
    assert set(facts["topics"]["young people"].values()) == {"Jeunes"}
    assert facts["accent"] == "#aa3300"
    assert facts["acknowledge"] is False
    assert facts["public"] is True


@pytest.mark.parametrize(
    "words",
    [
        ("--accent", "red"),
        ("--accent", "#12345"),
        ("--privacy", "http://example.org"),
        ("--privacy", "javascript:alert(1)"),
        ("--topic", "no colon"),
        ("--describe", "fr=two\nlines"),
        ("--consent", "xx=?"),
    ],
)
def test_what_cannot_work_is_refused_in_a_sentence(
    run: Run, words: tuple[str, str]
) -> None:
    result = run("lists", "form", "newsletter", *words)

    assert result.exit_code == 1
    assert result.stderr.startswith("newsletter: ")


def test_topics_can_be_taken_back(run: Run) -> None:
    run("lists", "form", "newsletter", "--topic", "press:fr=Presse")

    result = run("lists", "form", "newsletter", "--topic", "none", "--json")

    assert json.loads(result.stdout)["topics"] == {}


def test_the_form_for_a_website_is_plain_html(run: Run) -> None:
    run("lists", "form", "newsletter", "--consent", "fr=<b>Oui</b> & « merci »")

    result = run("lists", "embed", "newsletter", "--language", "fr")

    assert result.exit_code == 0, result.output
    assert 'action="https://news.example.org/fr/subscribe"' in result.stdout
    assert "&lt;b&gt;Oui" in result.stdout
    assert "<script" not in result.stdout
    assert "style=" not in result.stdout


@pytest.mark.parametrize("language", ["xx", "it"])
def test_a_language_the_list_lacks_has_no_form(run: Run, language: str) -> None:
    assert run("lists", "embed", "newsletter", "--language", language).exit_code == 1


def test_a_private_list_has_no_form(run: Run) -> None:
    run("lists", "form", "newsletter", "--private")

    assert run("lists", "embed", "newsletter").exit_code == 1
