"""Passwords of twelve characters and more that everybody tries first.

Without spaces and signs, in small letters. A short list of our own: it stops what is
typed without a thought; what a determined guesser tries is stopped by waiting.
"""

_ROWS = ("1234567890", "qwertyuiop", "azertyuiop", "qwertzuiop", "abcdefghij")
_WORDS = (
    *("password", "passwort", "motdepasse", "wachtwoord", "welcome", "welkom"),
    *("bienvenue", "willkommen", "newsletter", "letmein", "iloveyou", "administrator"),
    *("admin", "changeme", "geheim", "qwerty", "azerty", "secret", "bonjour", "hallo"),
    *("nieuwsbrief", "brussels", "bruxelles", "brussel", "football", "sunshine"),
)
_ENDS = (
    *("1", "12", "123", "1234", "12345", "123456", "1234567", "12345678"),
    *("123456789", "1234567890", "2023", "2024", "2025", "2026", "2027"),
)
_WHOLE = (
    *("123456789012", "1234567890123", "12345678901234", "123456789012345"),
    *("1234567890123456", "0123456789012", "098765432109", "qwertyuiop12"),
    *("qwertyuiopas", "qwertyuiopasdf", "qwertyuiopasdfghjkl", "azertyuiopqs"),
    *("qwertzuiopasdf", "1q2w3e4r5t6y", "1q2w3e4r5t6y7u", "1qaz2wsx3edc"),
    *("1qaz2wsx3edc4rfv", "zaq12wsxcde3", "qazwsxedcrfv", "abcdefghijkl"),
    *("abcdefghijklm", "abcdefghijklmnop", "abcdefghijklmnopqrstuvwxyz"),
    *("abcd12345678", "abc123456789", "a1b2c3d4e5f6", "asdfghjkl123"),
    *("correcthorsebatterystaple", "trustno1trustno1", "ilovemydog123"),
    *("jetaimejetaime", "jetaimepourlavie", "ikhouvanjou", "ikhouvanjou123"),
    *("ichliebedich", "ichliebedich123", "thisismypassword", "mypassword123"),
    *("nopassword123", "donotenter123", "opensesame123", "sesameouvretoi"),
    *("administrateur", "administrator1", "supersecret123", "passwordpassword1"),
)

COMMON = frozenset(
    {
        *_WHOLE,
        *(row + end for row in _ROWS for end in _ENDS),
        *(word + end for word in _WORDS for end in ("", *_ENDS)),
        *(end + word for word in _WORDS for end in _ENDS),
        *(one + other for one in _WORDS for other in _WORDS),
    }
)
