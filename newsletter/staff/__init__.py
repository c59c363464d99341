"""The people who log in: accounts, passwords, sessions, invitations, second factors."""

from newsletter.staff.accounts import (
    add,
    change_role,
    every,
    find,
    get,
    remove,
)
from newsletter.staff.passwords import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    authenticate,
    is_password_of,
    set_password,
)
from newsletter.staff.sessions import (
    ABSOLUTE,
    IDLE,
    close_session,
    end_session,
    end_sessions,
    find_by_session,
    is_session_of,
    is_worth_a_touch,
    open_session,
    sessions_of,
    touch,
)

__all__ = [
    "ABSOLUTE",
    "IDLE",
    "LONGEST_PASSWORD",
    "SHORTEST_PASSWORD",
    "add",
    "authenticate",
    "change_role",
    "close_session",
    "end_session",
    "end_sessions",
    "every",
    "find",
    "find_by_session",
    "get",
    "is_password_of",
    "is_session_of",
    "is_worth_a_touch",
    "open_session",
    "remove",
    "sessions_of",
    "set_password",
    "touch",
]
