import pytest

from tests.golden import FOLDER, forms

FORMS = dict(forms())


@pytest.mark.parametrize("name", FORMS)
def test_a_letter_looks_as_it_did(name: str) -> None:
    kept = (FOLDER / name).read_text(encoding="utf-8")

    assert FORMS[name] == kept, "`make golden` renews it: read the diff first"
