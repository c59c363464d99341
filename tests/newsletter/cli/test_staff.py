import json

from sqlalchemy import Engine

from newsletter import db, staff
from newsletter.config import Settings
from newsletter.models import Role
from newsletter.staff import resets
from subscribers.tokens import Purpose
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


def test_a_link_for_a_forgotten_admin_needs_no_mail(
    run: Run, engine: Engine, settings: Settings
) -> None:
    run(
        *("staff", "add", "anne@example.org", "--role", "admin", "--password-stdin"),
        stdin=PASSWORD,
    )

    answer = run("staff", "reset", "anne@example.org", "--two-factor-off")

    token = answer.stdout.strip().removeprefix(f"{settings.base_url}/reset/")
    handle = settings.keys.read(Purpose.RESET, token)
    assert handle is not None
    with db.reading(engine) as session:
        person = resets.find(session, handle[0])
        assert person is not None
        assert person.email == "anne@example.org"


def test_roles_change_and_the_last_admin_stays(run: Run, engine: Engine) -> None:
    for name, role in (("anne", "admin"), ("bart", "editor")):
        run(
            *("staff", "add", f"{name}@example.org", "--role", role),
            "--password-stdin",
            stdin=PASSWORD,
        )

    refused = run("staff", "remove", "anne@example.org")
    run("staff", "set", "bart@example.org", "--role", "admin")
    removed = run("staff", "remove", "anne@example.org")
    unknown = run("staff", "reset", "anne@example.org")

    assert "Somebody must stay admin" in refused.stderr
    assert (refused.exit_code, removed.exit_code, unknown.exit_code) == (1, 0, 1)
    with db.reading(engine) as session:
        assert [(each.email, each.role) for each in staff.every(session)] == [
            ("bart@example.org", Role.ADMIN)
        ]
