import json

from sqlalchemy import Engine

from newsletter import db, staff
from newsletter.models import Role
from tests.conftest import Run

PASSWORD = "a long enough password"


def test_somebody_is_let_in_with_a_password_from_a_pipe(
    run: Run, engine: Engine
) -> None:
    answer = run(
        *("staff", "add", "Anne@Example.org", "--role", "translator"),
        *("--languages", "nl, de", "--password-stdin"),
        stdin=f"{PASSWORD}\n",
    )

    with db.reading(engine) as session:
        person = staff.authenticate(session, "anne@example.org", PASSWORD)
    assert answer.exit_code == 0
    assert person is not None
    assert person.role is Role.TRANSLATOR
    assert person.languages == ["nl", "de"]


def test_it_asks_twice_for_a_password(run: Run, engine: Engine) -> None:
    answer = run(
        *("staff", "add", "anne@example.org", "--role", "admin"),
        stdin=f"{PASSWORD}\n{PASSWORD}\n",
    )

    with db.reading(engine) as session:
        person = staff.authenticate(session, "anne@example.org", PASSWORD)
    assert answer.exit_code == 0
    assert PASSWORD not in answer.output
    assert person is not None


def test_the_staff_are_listed_without_their_passwords(run: Run) -> None:
    run(
        *("staff", "add", "anne@example.org", "--role", "viewer", "--password-stdin"),
        stdin=PASSWORD,
    )

    answer = run("staff", "list", "--json")

    assert json.loads(answer.stdout) == [
        {"email": "anne@example.org", "name": "", "role": "viewer", "languages": []}
    ]


def test_a_short_password_is_refused(run: Run) -> None:
    answer = run(
        *("staff", "add", "anne@example.org", "--role", "admin", "--password-stdin"),
        stdin="short\n",
    )

    assert answer.exit_code == 1
    assert answer.stderr == "newsletter: A password has 12 to 200 characters.\n"


def test_a_role_we_do_not_have_is_wrong_use(run: Run) -> None:
    answer = run("staff", "add", "anne@example.org", "--role", "boss")

    assert answer.exit_code == 2
