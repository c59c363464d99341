"""An issue on its way, results, and those who read before it leaves."""

from tests.web.rules import ANYBODY, STAFF, WRITERS, Rules

RULES: Rules = {
    ("GET", "/issues/{issue_id}/events"): STAFF,
    ("GET", "/issues/{issue_id}/results"): STAFF,
    ("GET", "/issues/{issue_id}/results.csv"): STAFF,
    ("GET", "/issues/{issue_id}/providers"): STAFF,
    ("POST", "/issues/{issue_id}/resolve"): WRITERS,
    ("GET", "/results"): STAFF,
    ("GET", "/issues/{issue_id}/reviewers"): STAFF,
    ("POST", "/issues/{issue_id}/reviewers"): WRITERS,
    ("POST", "/issues/{issue_id}/reviewers/{guest_id}/end"): WRITERS,
    ("POST", "/issues/{issue_id}/remarks/{remark_id}/settle"): WRITERS,
    ("GET", "/r/{token}"): ANYBODY,
    ("GET", "/r/{token}/letter/{language}"): ANYBODY,
    ("POST", "/r/{token}/comments"): ANYBODY,
    ("POST", "/r/{token}/verdict"): ANYBODY,
}
