"""When an issue must wait for a person, and how that is said in plain words."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from newsletter import i18n
from newsletter.deliveries import Queue, Result, Trial, live_unknowns
from newsletter.i18n import N_
from newsletter.smtp import Fault, Outcome, Verdict
from subscribers.sentences import Language, Saying

# So many silences after the final dot within ten minutes mean that the relay is
# ill: going on would only make more readers uncertain.
_MANY_UNKNOWN = 5
_FRESH = timedelta(minutes=10)

_SENTENCES = {
    Fault.SENDER: N_(
        "The relay or the receiving side does not trust our sender address. Check the "
        "domain's SPF, DKIM and DMARC records, then resume."
    ),
    Fault.POLICY: N_(
        "A mail server refused the message for its content or our reputation. Find "
        "out why before more is sent, then resume."
    ),
    Fault.MESSAGE: N_(
        "A mail server refused the message itself: too big or malformed."
    ),
    Fault.QUOTA: N_(
        "The relay's own sending limit is used up. Resume when it allows more."
    ),
    Fault.CONFIGURATION: N_(
        "The relay refused our log-in or a command. Check NEWSLETTER_SMTP_URL, then "
        "resume."
    ),
}
_GENTLE = N_(
    "{refused} of the first {answered} readers in {language} were refused. Look at "
    "where their addresses come from before more is sent, then resume."
)
_OWN_ERROR = N_(
    "The sender met an error of its own: {type}. Nothing more leaves until somebody "
    "has looked into it: the log of the program says more. Then resume."
)
# Between our own words and the relay's.
QUOTED = " It said:"
_SILENT = N_(
    "The relay fell silent after five messages within ten minutes, so nobody can tell "
    "whether they arrived. Look at the relay, then resume."
)


def pause_for(
    session: Session, results: Sequence[Result], *, now: datetime
) -> dict[int, str]:
    """Return the issues these outcomes pause, each with the reason in a sentence."""
    reasons = {
        result.claim.issue_id: sentence(result.outcome)
        for result in results
        if result.outcome.verdict is Verdict.HELD
    }
    silent = {
        result.claim.issue_id
        for result in results
        if result.outcome.verdict is Verdict.UNKNOWN
    }
    for issue_id in silent - reasons.keys():
        if live_unknowns(session, issue_id, since=now - _FRESH) >= _MANY_UNKNOWN:
            reasons[issue_id] = _SILENT
    return reasons


def refused_sentence(trial: Trial, queue: Queue) -> str:
    """Return why a gentle start goes no further, to be kept."""
    return i18n.kept(
        Saying(
            _GENTLE,
            refused=trial.refused,
            answered=trial.answered,
            language=Language(queue.language),
        )
    )


def own_sentence(error: BaseException) -> str:
    """Say that the fault is ours, and what kind of error it was."""
    return i18n.kept(Saying(_OWN_ERROR, type=type(error).__name__))


def sentence(outcome: Outcome) -> str:
    """Say what is wrong and quote the reply."""
    plain = _SENTENCES.get(outcome.fault, N_("The relay refused to work for us."))
    said = f" {outcome.code or ''} {outcome.reply}".rstrip()
    return f"{plain}{QUOTED}{said}"
