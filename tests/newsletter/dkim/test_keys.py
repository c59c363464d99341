"""Keys from files: what is accepted, and the sentence for what is not."""

from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
)

from newsletter import config, dkim
from newsletter.dkim import Algorithm, Ring
from newsletter.errors import BadKey, BadSetting, KeyMissing
from tests.newsletter.dkim.signed import both, ed25519, key


def pem(
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    lock: KeySerializationEncryption | None = None,
) -> bytes:
    return private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, lock or NoEncryption()
    )


def rsa_of(bits: int) -> bytes:
    return pem(rsa.generate_private_key(public_exponent=65537, key_size=bits))


def refusal(setting: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("NEWSLETTER_DKIM_KEYS", setting)
    with pytest.raises(BadSetting) as refused:
        config.load()
    return str(refused.value)


def test_the_keys_of_the_setting_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in both():
        (tmp_path / each.selector).write_bytes(each.pem())
    entries = [f"{each.selector}={tmp_path / each.selector}" for each in both()]
    monkeypatch.setenv("NEWSLETTER_DKIM_KEYS", " , ".join(reversed(entries)))

    ring = config.load().dkim_keys

    assert [each.record() for each in ring] == [ed25519().record(), key().record()]
    assert ring.current == ("nl2026a", "ed2026a")


def test_no_setting_is_no_key() -> None:
    assert config.load().dkim_keys.current == ()


def test_a_key_as_openssl_used_to_write_it_is_read(tmp_path: Path) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    old = PrivateFormat.TraditionalOpenSSL
    (tmp_path / "k.pem").write_bytes(
        private.private_bytes(Encoding.PEM, old, NoEncryption())
    )

    assert dkim.read([f"a={tmp_path / 'k.pem'}"]).current == ("a",)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("nl2026a", "write selector=file.pem"),
        ("nl2026a=", "write selector=file.pem"),
        ("=k.pem", "is no selector"),
        ("a b=k.pem", "is no selector"),
        ("a;b=k.pem", "is no selector"),
        ("a\r\nBcc: x=k.pem", "is no selector"),
        ("-a=k.pem", "is no selector"),
        ("a..b=k.pem", "is no selector"),
        (f"{'a' * 64}=k.pem", "is no selector"),
        ("nl2026a=/nowhere/k.pem", "cannot read /nowhere/k.pem"),
        ("nl2026a=/", "cannot read /"),
    ],
)
def test_a_setting_that_cannot_work_stops_the_start(
    setting: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = refusal(setting, monkeypatch)

    assert sentence.startswith("NEWSLETTER_DKIM_KEYS: ")
    assert words in sentence
    assert len(sentence.splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (rsa_of(1024), "an RSA key of 1024 bits"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "neither an RSA nor an Ed25519"),
        (b"", "no private key"),
        (
            b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
            "no private",
        ),
        (b"\x00\xff" * 50, "no private key"),
        (
            pem(ec.generate_private_key(ec.SECP256R1()), BestAvailableEncryption(b"x")),
            "locked by a password",
        ),
    ],
    ids=["small", "curve", "empty", "cut", "bytes", "locked"],
)
def test_a_file_that_cannot_sign_stops_the_start(
    content: bytes, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "k.pem").write_bytes(content)

    sentence = refusal(f"nl2026a={tmp_path / 'k.pem'}", monkeypatch)

    assert sentence.startswith("NEWSLETTER_DKIM_KEYS: nl2026a: ")
    assert words in sentence


def test_a_public_key_is_not_taken_for_a_private_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = key().record().rpartition("p=")[2]
    (tmp_path / "k.pem").write_text(
        f"-----BEGIN PUBLIC KEY-----\n{public}\n-----END PUBLIC KEY-----\n"
    )

    assert "no private key" in refusal(f"a={tmp_path / 'k.pem'}", monkeypatch)


def test_a_selector_is_for_one_key_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "k.pem"
    path.write_bytes(key().pem())

    assert "one key only" in refusal(f"nl={path},NL={path}", monkeypatch)


def test_the_newest_of_each_kind_signs_and_the_others_are_kept() -> None:
    ring = Ring([key("new"), key(), ed25519()])

    assert ring.current == ("new", "ed2026a")
    assert ring.pick(["nl2026a"]) == (key(),)


def test_a_key_that_is_gone_is_named_with_the_setting() -> None:
    with pytest.raises(KeyMissing, match=r"nl2026a .* NEWSLETTER_DKIM_KEYS"):
        Ring([ed25519()]).pick(["nl2026a"])


def test_a_record_holds_the_public_half() -> None:
    record = key().record()
    short = ed25519().record()

    assert record.startswith("v=DKIM1; k=rsa; p=MII")
    public = load_der_public_key(b64decode(record.rpartition("p=")[2]))
    assert isinstance(public, rsa.RSAPublicKey)
    assert public.key_size == 2048
    assert short.startswith("v=DKIM1; k=ed25519; p=")
    assert len(b64decode(short.rpartition("p=")[2])) == 32


def test_what_is_printed_of_a_key_or_a_setting_is_no_secret() -> None:
    settings = config.load(dkim_keys=both())

    assert "nl2026a" in repr(settings)
    assert "PrivateKey" not in repr(settings) + repr(key())


@pytest.mark.parametrize("lead", ["", "nl2026a="])
@pytest.mark.parametrize("armoured", [True, False])
def test_a_key_in_place_of_its_file_is_not_repeated(
    lead: str, armoured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = key().pem().decode()
    inside = "".join(text.splitlines()[1:-1])

    sentence = refusal(lead + (text if armoured else inside), monkeypatch)

    assert sentence.startswith("NEWSLETTER_DKIM_KEYS: ")
    assert not any(line in sentence for line in text.splitlines()[2:-1])
    assert inside[-20:] not in sentence


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_new_key_needs_a_sound_selector(algorithm: Algorithm) -> None:
    with pytest.raises(BadKey):
        dkim.make("a.", algorithm)
