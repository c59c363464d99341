"""Read which providers may tell of failures, and what each proves itself with."""

import re

# An Amazon SNS topic: anybody can have one, so ours is named.
TOPIC = re.compile(
    r"arn:aws:sns:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[A-Za-z0-9_-]{1,256}"
)
_SHORTEST = 16
_SECRET = re.compile(r"[A-Za-z0-9_.~-]+")  # it may stand in an address
_PROVIDERS = ("ses", "postmark", "mailgun", "brevo", "scaleway")


def read_webhooks(text: str) -> dict[str, str]:
    """Read `postmark=secret ses=arn:aws:sns:…`; no complaint quotes a secret."""
    found: dict[str, str] = {}
    for number, entry in enumerate(text.split(), start=1):
        name, _, value = entry.partition("=")
        if name not in _PROVIDERS or name in found:
            raise ValueError(
                f"entry {number} needs the form provider=secret, each once; providers "
                f"are {', '.join(_PROVIDERS)}"
            )
        _check(name, value)
        found[name] = value
    return found


def _check(name: str, value: str) -> None:
    if name == "ses":
        if not TOPIC.fullmatch(value):
            raise ValueError("ses: write the topic, arn:aws:sns:eu-west-1:1234…:name")
    elif len(value) < _SHORTEST or not _SECRET.fullmatch(value):
        raise ValueError(
            f"{name}: the secret needs {_SHORTEST} characters or more of A-Z, a-z, "
            "0-9 and - . _ ~"
        )
