"""A body typed into a plain field says the same as one from the editor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.items import marking


@pytest.mark.parametrize(
    ("typed", "body"),
    [
        (
            "Un **mot** et *un* autre",
            "<p>Un <strong>mot</strong> et <em>un</em> autre</p>",
        ),
        ("un\ndeux\n\ntrois", "<p>un<br>deux</p><p>trois</p>"),
        ("# Titre\nsuite", "<h4>Titre</h4><p>suite</p>"),
        ("- un\n- deux", "<ul><li>un</li><li>deux</li></ul>"),
        ("1. un\n2. deux", "<ol><li>un</li><li>deux</li></ol>"),
        ("> dit-il", "<blockquote><p>dit-il</p></blockquote>"),
        (
            "[ici](https://example.org/a_b)",
            '<p><a href="https://example.org/a_b">ici</a></p>',
        ),
        ("[x](javascript:alert(1)) <b>", "<p>x &lt;b&gt;</p>"),
        ("5 * 3 * 2, un_nom_long", "<p>5 * 3 * 2, un_nom_long</p>"),
        (r"\*pas\*", "<p>*pas*</p>"),
        ("<p>déjà <b>HTML</b></p>", "<p>déjà <strong>HTML</strong></p>"),
    ],
)
def test_what_is_typed_becomes_a_body(typed: str, body: str) -> None:
    assert marking.to_body(typed) == body


@given(st.text(alphabet="ab .*_[]()#>-1\n\\<&é", max_size=60))
def test_a_body_shown_as_typed_is_the_same_body_again(typed: str) -> None:
    body = marking.to_body(typed)

    assert marking.to_body(marking.to_typed(body)) == body
