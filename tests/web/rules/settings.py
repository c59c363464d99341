"""The pages of settings: staff read them, admins change them."""

from tests.web.rules import ADMINS, STAFF, Rules

RULES: Rules = {
    ("GET", "/settings"): STAFF,
    ("GET", "/settings/letter"): STAFF,
    ("POST", "/settings/letter"): ADMINS,
    ("POST", "/settings/lists"): ADMINS,
    ("GET", "/settings/languages"): STAFF,
    ("POST", "/settings/languages"): ADMINS,
    ("GET", "/settings/sections"): STAFF,
    ("POST", "/settings/sections"): ADMINS,
}
