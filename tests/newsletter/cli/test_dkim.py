"""Keys that sign mail, made and shown on the command line."""

import json
import re
import stat
from pathlib import Path

import pytest

from newsletter import db, dkim
from newsletter.config import Settings
from tests import factories
from tests.conftest import Run
from tests.newsletter.dkim.signed import both, ed25519, key


@pytest.fixture
def keys_are_set(tmp_path: Path, environment: dict[str, str]) -> None:
    """Write the keys of the signature tests to files, and name them."""
    for each in both():
        (tmp_path / each.selector).write_bytes(each.pem())
    environment["NEWSLETTER_DKIM_KEYS"] = ",".join(
        f"{each.selector}={tmp_path / each.selector}" for each in both()
    )


def test_a_new_key_is_written_for_its_owner_only(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "k.pem"

    result = run("dkim", "new", "nl2026a", "--out", str(path))

    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert dkim.read([f"nl2026a={path}"]).current == ("nl2026a",)
    assert f"NEWSLETTER_DKIM_KEYS=nl2026a={path}" in result.stdout
    assert "PRIVATE KEY" not in result.output


@pytest.mark.parametrize("options", [(), ("--ed25519",)])
def test_the_record_of_a_new_key_is_printed_to_paste(
    run: Run, tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "k.pem"

    result = run("dkim", "new", "NL2026a", *options, "--out", str(path), "--json")

    facts = json.loads(result.stdout)
    made = next(iter(dkim.read([facts["setting"]])))
    record = facts["records"][0]
    strings = re.findall(r'"([^"]*)"', record["zone"])
    assert facts["algorithm"] == made.algorithm
    assert record["name"] == "nl2026a._domainkey." + record["domain"]
    assert record["value"] == made.record() == "".join(strings)
    assert max(map(len, strings)) <= 255


def test_a_file_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "k.pem"
    path.write_bytes(b"precious")

    result = run("dkim", "new", "nl2026a", "--out", str(path))

    assert result.exit_code == 1
    assert "never overwritten" in result.stderr
    assert path.read_bytes() == b"precious"


@pytest.mark.parametrize("selector", ["a b", "a\nb", "a;p=x", "-a", "é", ""])
def test_a_selector_the_dns_cannot_hold_makes_nothing(
    run: Run, tmp_path: Path, selector: str
) -> None:
    path = tmp_path / "k.pem"

    result = run("dkim", "new", "--out", str(path), "--", selector)

    assert result.exit_code == 1
    assert "is no selector" in result.stderr
    assert not path.exists()


def test_a_name_that_the_setting_would_split_makes_nothing(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "k,1.pem"

    result = run("dkim", "new", "a", "--out", str(path))

    assert result.exit_code == 1
    assert not path.exists()


def test_a_folder_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    result = run("dkim", "new", "a", "--out", str(tmp_path / "no" / "k.pem"))

    assert result.exit_code == 1
    assert "no/k.pem: No such file or directory" in result.stderr


def test_a_key_can_be_made_where_the_setting_names_it_already(
    run: Run, tmp_path: Path, environment: dict[str, str]
) -> None:
    environment["NEWSLETTER_DKIM_KEYS"] = f"nl2026a={tmp_path / 'k.pem'}"

    result = run("dkim", "new", "nl2026a", "--out", str(tmp_path / "k.pem"))

    assert result.exit_code == 0, result.output


@pytest.mark.usefixtures("keys_are_set")
def test_the_records_of_every_sender_are_shown(run: Run, settings: Settings) -> None:
    engine = db.make_engine(settings.database)
    with db.writing(engine) as session:
        for name in ("news", "other"):
            factories.make_list(session, sender_address=f"{name}@{name}.example.org")
        factories.make_list(session, sender_address="again@news.example.org")
    engine.dispose()

    found = json.loads(run("dkim", "show", "--json").stdout)

    assert [each["selector"] for each in found] == ["nl2026a", "ed2026a"]
    assert [each["signs"] for each in found] == [True, True]
    names = [record["name"] for record in found[0]["records"]]
    assert len(names) == len(set(names))
    assert "nl2026a._domainkey.news.example.org" in names
    assert "nl2026a._domainkey.other.example.org" in names
    assert found[1]["records"][0]["value"] == ed25519().record()


@pytest.mark.usefixtures("keys_are_set")
def test_what_is_shown_can_be_read_and_pasted(run: Run) -> None:
    result = run("dkim", "show")

    assert "nl2026a (rsa) signs what is new." in result.stdout
    assert key().record() in result.stdout
    assert "PRIVATE" not in result.output
    assert "Careful" not in result.stderr


def test_a_key_that_only_finishes_old_letters_is_told_apart(
    run: Run, tmp_path: Path, environment: dict[str, str]
) -> None:
    for name in ("new", "old"):
        (tmp_path / name).write_bytes(key(name).pem())
    environment["NEWSLETTER_DKIM_KEYS"] = f"new={tmp_path}/new,old={tmp_path}/old"

    result = run("dkim", "show")

    assert "old (rsa) finishes what it began." in result.stdout


def test_an_ed25519_key_alone_earns_a_warning(
    run: Run, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "k.pem").write_bytes(ed25519().pem())
    environment["NEWSLETTER_DKIM_KEYS"] = f"ed2026a={tmp_path}/k.pem"

    result = run("dkim", "show")

    assert "Careful: many receivers cannot check Ed25519." in result.stderr


def test_without_a_key_it_says_who_must_sign(run: Run) -> None:
    assert "the relay must sign" in run("dkim", "show").stdout
    assert json.loads(run("dkim", "show", "--json").stdout) == []
