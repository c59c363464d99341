"""Logging in and out, and one's own account."""

from tests.web.rules import ANYBODY, STAFF, Rules

RULES: Rules = {
    ("GET", "/login"): ANYBODY,
    ("POST", "/login"): ANYBODY,
    ("POST", "/logout"): STAFF,
    ("POST", "/account/language"): STAFF,
}
