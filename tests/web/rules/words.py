"""The open cell of an issue, its earlier versions, and guests with a link."""

from tests.web.rules import ANYBODY, STAFF, TRANSLATORS, WRITERS, Rules

GUEST = "/t/{token}/i/{row}/{language}"
CELL = "/issues/{issue_id}/i/{row}/{language}"
RULES: Rules = {
    ("GET", "/issues/{issue_id}/i"): STAFF,
    ("GET", "/issues/{issue_id}/history"): STAFF,
    ("POST", "/issues/{issue_id}/presence"): STAFF,
    ("GET", CELL): STAFF,
    ("PATCH", CELL): TRANSLATORS,
    ("POST", CELL): TRANSLATORS,
    ("POST", CELL + "/{act}"): TRANSLATORS,
    ("GET", "/issues/{issue_id}/guests"): STAFF,
    ("POST", "/issues/{issue_id}/guests"): WRITERS,
    ("POST", "/issues/{issue_id}/guests/{guest_id}/end"): WRITERS,
    ("GET", "/t/{token}"): ANYBODY,
    ("GET", "/t/{token}/i"): ANYBODY,
    ("POST", "/t/{token}/done"): ANYBODY,
    ("POST", "/t/{token}/presence"): ANYBODY,
    ("GET", GUEST): ANYBODY,
    ("PATCH", GUEST): ANYBODY,
    ("POST", GUEST): ANYBODY,
    ("POST", GUEST + "/{act}"): ANYBODY,
}
