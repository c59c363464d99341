import pytest

from newsletter.rendering import Design
from tests.golden import FOLDER, cases, forms, rendered

FORMS = dict(forms())
NAMES = [name for name, _ in cases.every()]


@pytest.mark.parametrize("name", FORMS)
def test_a_letter_looks_as_it_did(name: str) -> None:
    kept = (FOLDER / name).read_text(encoding="utf-8")

    assert FORMS[name] == kept, "`make golden` renews it: read the diff first"


def test_there_is_no_golden_file_that_nothing_makes() -> None:
    kept = {
        file.relative_to(FOLDER).as_posix()
        for file in FOLDER.rglob("*")
        if file.suffix in {".html", ".txt"}
    }

    assert kept == set(FORMS)


@pytest.mark.parametrize("name", NAMES)
def test_a_design_changes_nothing_but_the_mail(name: str) -> None:
    forms_of = {(r.text, r.web) for r in (rendered(d, name) for d in Design)}

    assert len(forms_of) == 1
