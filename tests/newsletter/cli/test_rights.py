import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from subscribers import optout, suppressions
from subscribers.addresses import normalise
from subscribers.models import (
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.tokens import KeyRing
from tests.conftest import Run
from tests.factories import (
    make_delivery,
    make_list,
    make_subscriber,
    subscription_of,
)

ANNE = "anne@example.org"


@pytest.fixture
def anne(engine: Engine) -> Subscriber:
    """Anne, who had one letter."""
    with db.writing(engine) as session:
        anne = make_subscriber(session, email=ANNE, name="Anne")
        make_delivery(session, subscriber=anne)
        return anne


def people(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        return list(session.exec(select(Subscriber.email)))


@pytest.mark.usefixtures("anne")
def test_the_data_of_one_person_go_to_a_file_of_your_own(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "anne.json"
    path.touch(mode=0o644)

    result = run("subscribers", "data", ANNE, "--out", str(path))

    assert f"Wrote what is kept of {ANNE} to {path}." in result.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = json.loads(path.read_text(encoding="utf-8"))
    assert (found["email"], found["name"]) == (ANNE, "Anne")
    assert len(found["deliveries"]) == len(found["consents"]) == 1


@pytest.mark.usefixtures("anne")
def test_the_data_do_not_go_where_a_link_leads(run: Run, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    result = run("subscribers", "data", ANNE, "--out", str(tmp_path / "link"))

    assert result.exit_code == 1
    assert f"Cannot use {tmp_path / 'link'}" in result.stderr
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.usefixtures("anne")
def test_before_an_erasure_it_says_what_will_go(run: Run, engine: Engine) -> None:
    result = run("subscribers", "erase", ANNE, stdin="n\n")

    assert result.exit_code == 1
    assert "subscriptions: 1" in result.stderr
    assert "consents: 1" in result.stderr
    assert "Letters that stay counted, without a name: 1." in result.stderr
    assert people(engine) == [ANNE]


@pytest.mark.usefixtures("anne")
def test_without_an_answer_nobody_is_erased(run: Run, engine: Engine) -> None:
    assert run("subscribers", "erase", ANNE).exit_code == 1

    assert people(engine) == [ANNE]


@pytest.mark.usefixtures("anne")
def test_a_yes_erases(run: Run, engine: Engine) -> None:
    result = run("subscribers", "erase", ANNE, stdin="y\n")

    assert f"Erased {ANNE}. No import will bring them back." in result.stdout
    assert people(engine) == []


@pytest.mark.usefixtures("anne")
def test_an_erasure_answers_a_script(run: Run, engine: Engine) -> None:
    result = run("subscribers", "erase", "ANNE@example.org", "--yes", "--json")

    assert json.loads(result.stdout) == {
        "email": ANNE,
        "erased": {"subscriptions": 1, "consents": 1, "requests": 0, "notices": 0},
        "emptied": {"deliveries": 1},
    }
    again = run("subscribers", "erase", ANNE, "--yes")
    assert (again.exit_code, people(engine)) == (1, [])
    assert f"Nobody here has the address {ANNE}." in again.stderr


def test_staff_take_somebody_off_every_list(
    run: Run, engine: Engine, anne: Subscriber
) -> None:
    with db.writing(engine) as session:
        press = make_list(session, slug="press")
        reader = session.get_one(Subscriber, anne.id)
        session.add(
            Subscription(
                subscriber_id=reader.id or 0,
                list_id=press.id or 0,
                state=SubscriptionState.PAUSED,
            )
        )

    result = run("subscribers", "unsubscribe", ANNE, "--json")

    assert json.loads(result.stdout) == {"email": ANNE, "left": ["newsletter", "press"]}
    assert f"{ANNE} was not subscribed there." in (
        run("subscribers", "unsubscribe", ANNE).stdout
    )


def test_staff_take_somebody_off_one_list(
    run: Run, engine: Engine, anne: Subscriber
) -> None:
    with db.writing(engine) as session:
        make_list(session, slug="press")

    other = run("subscribers", "unsubscribe", ANNE, "--list", "press")
    this = run("subscribers", "unsubscribe", ANNE, "--list", "newsletter")

    assert "Nothing to do" in other.stdout
    assert f"Unsubscribed {ANNE} from newsletter." in this.stdout
    with db.writing(engine) as session:
        reader = session.get_one(Subscriber, anne.id)
        standing = subscription_of(session, reader)
        assert standing.state is SubscriptionState.UNSUBSCRIBED
        assert optout.undo(session, standing.handle) is False


def test_an_address_is_suppressed_and_allowed_again(
    run: Run, engine: Engine, keys: KeyRing
) -> None:
    stopped = run("subscribers", "suppress", ANNE, "--because", "wrote to us")
    with db.reading(engine) as session:
        reason = suppressions.reason(session, keys, normalise(ANNE))
    again = run("subscribers", "suppress", ANNE)
    lifted = run("subscribers", "lift", ANNE)

    assert reason is SuppressionReason.STAFF
    assert f"No mail goes to {ANNE}." in stopped.stdout
    assert f"Already no mail goes to {ANNE}." in again.stdout
    assert f"Mail may go to {ANNE}." in lifted.stdout
    assert f"Nothing stood against {ANNE}." in run("subscribers", "lift", ANNE).stdout


@pytest.mark.usefixtures("anne")
def test_staff_bring_nobody_back_who_was_erased(run: Run) -> None:
    run("subscribers", "erase", ANNE, "--yes")

    result = run("subscribers", "lift", ANNE)

    assert result.exit_code == 1
    assert f"{ANNE} stays suppressed (erased): only its owner can come back" in (
        result.stderr
    )
