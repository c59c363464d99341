"""The pages of issues, and what can be done there."""

from tests.web.rules import ADMINS, STAFF, TRANSLATORS, WRITERS, Rules

RULES: Rules = {
    ("GET", "/issues"): STAFF,
    ("GET", "/issues/{issue_id}"): STAFF,
    ("GET", "/issues/{issue_id}/check"): STAFF,
    ("GET", "/issues/{issue_id}/check/findings"): STAFF,
    ("GET", "/issues/{issue_id}/check/preview"): STAFF,
    ("GET", "/issues/{issue_id}/check/tests"): STAFF,
    ("POST", "/issues/{issue_id}/check/decide"): WRITERS,
    ("POST", "/issues/{issue_id}/segment"): WRITERS,
    ("GET", "/issues/{issue_id}/send"): WRITERS,
    ("POST", "/issues/{issue_id}/schedule"): WRITERS,
    ("GET", "/issues/{issue_id}/sending"): STAFF,
    ("GET", "/issues/{issue_id}/preview/{language}"): STAFF,
    ("POST", "/issues/{issue_id}/send"): WRITERS,
    ("POST", "/issues/{issue_id}/override"): ADMINS,
    ("POST", "/issues/{issue_id}/undo"): WRITERS,
    ("POST", "/issues/{issue_id}/pause"): WRITERS,
    ("POST", "/issues/{issue_id}/resume"): WRITERS,
    ("POST", "/issues/{issue_id}/cancel"): WRITERS,
    ("POST", "/issues/{issue_id}/approve"): WRITERS,
    ("POST", "/issues/{issue_id}/discard"): WRITERS,
    ("POST", "/issues/{issue_id}/test"): TRANSLATORS,
    ("GET", "/series"): STAFF,
}
