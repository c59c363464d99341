"""The open cell of an issue, its earlier versions, and guests with a link."""

from tests.web.rules import STAFF, TRANSLATORS, Rules

CELL = "/issues/{issue_id}/i/{row}/{language}"
RULES: Rules = {
    ("GET", "/issues/{issue_id}/i"): STAFF,
    ("POST", "/issues/{issue_id}/presence"): STAFF,
    ("GET", CELL): STAFF,
    ("PATCH", CELL): TRANSLATORS,
    ("POST", CELL): TRANSLATORS,
    ("POST", CELL + "/{act}"): TRANSLATORS,
}
