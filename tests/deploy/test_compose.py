import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from newsletter.cli import app
from newsletter.config import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("web", "worker", "migrate")


def test_pages_and_database_start_without_a_profile() -> None:
    default = {name for name, one in SERVICES.items() if "profiles" not in one}

    assert default == {"web", "postgres", "migrate"}


@pytest.mark.parametrize(("name", "profile"), [("worker", "scale"), ("mail", "dev")])
def test_the_rest_waits_for_its_profile(name: str, profile: str) -> None:
    assert SERVICES[name]["profiles"] == [profile]


@pytest.mark.parametrize("name", ["web", "worker"])
def test_whatever_sends_may_wait_for_the_relays_last_answer(name: str) -> None:
    assert SERVICES[name]["stop_grace_period"] == "11m"


@pytest.mark.parametrize("name", ["web", "worker"])
def test_the_tables_are_ready_before_anything_runs(name: str) -> None:
    waits = SERVICES[name]["depends_on"]

    assert waits["postgres"]["condition"] == "service_healthy"
    assert waits["migrate"]["condition"] == "service_completed_successfully"


def test_migrating_waits_for_the_database_and_happens_once() -> None:
    migrate = SERVICES["migrate"]

    assert migrate["command"] == ["newsletter", "migrate"]
    assert migrate["restart"] == "no"
    assert migrate["depends_on"]["postgres"]["condition"] == "service_healthy"


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name: str) -> None:
    program, *words = SERVICES[name].get("command", ["newsletter", "serve"])

    answer = CliRunner().invoke(app, [*words, "--help"])

    assert program == "newsletter"
    assert answer.exit_code == 0, answer.output


@pytest.mark.parametrize("name", ["postgres", "mail"])
def test_foreign_images_are_pinned_and_asked_how_they_are(name: str) -> None:
    assert re.search(r":v?\d", SERVICES[name]["image"])
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_rights_to_spare(name: str) -> None:
    service = SERVICES[name]

    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert "no-new-privileges:true" in service["security_opt"]


def test_data_survives_in_named_volumes() -> None:
    kept = [*SERVICES["web"]["volumes"], *SERVICES["postgres"]["volumes"]]

    assert {"data", "postgres"} == set(COMPOSE["volumes"])
    assert "data:/data" in kept
    assert "postgres:/var/lib/postgresql/data" in kept


def test_all_of_us_share_one_data_folder() -> None:
    assert all("data:/data" in SERVICES[name]["volumes"] for name in OURS)


def test_no_secret_stands_in_the_file() -> None:
    secret = re.compile(r"PASSWORD|SECRET_KEYS|SMTP_URL|RELAYS")

    stated = {
        name: value
        for service in SERVICES.values()
        for name, value in service.get("environment", {}).items()
        if secret.search(name)
    }

    assert {"POSTGRES_PASSWORD", "NEWSLETTER_SECRET_KEYS"} <= stated.keys()
    # Passed on from outside (empty here), or a ${…} without a value of its own.
    assert {value for value in stated.values() if value} == {"${POSTGRES_PASSWORD-}"}


def test_every_setting_in_the_file_is_one_we_read() -> None:
    known = {f"NEWSLETTER_{name.upper()}" for name in Settings.model_fields}
    named = {
        name.removesuffix("_FILE")
        for name in SERVICES["web"]["environment"]
        if name.startswith("NEWSLETTER_")
    }

    assert named <= known


def test_the_web_and_the_mail_catcher_are_only_reachable_from_this_machine() -> None:
    doors = [*SERVICES["web"]["ports"], *SERVICES["mail"]["ports"]]

    assert all("127.0.0.1:" in door for door in doors)
    assert "ports" not in SERVICES["postgres"]
