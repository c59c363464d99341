"""Do errands, one after the other, and keep what came of each."""

import logging
import threading

from sqlalchemy import Engine

from newsletter import db, i18n
from newsletter.config import Settings
from newsletter.errands import bringing, changing, queueing
from newsletter.errands.queueing import Work
from newsletter.errors import NewsletterError
from newsletter.i18n import N_
from newsletter.models import ErrandKind
from subscribers.errors import SubscriberError

logger = logging.getLogger(__name__)

_GONE = N_("The file is not here any more. Please bring it again.")
_BROKEN = N_("Something went wrong on our side. Please try again.")
_LONGEST = 1000  # characters: the column’s
_DOERS = {
    ErrandKind.TRIAL: bringing.try_out,
    ErrandKind.IMPORT: bringing.bring,
    ErrandKind.UNDO: bringing.undo,
    ErrandKind.CHANGE: changing.change,
    ErrandKind.TAKE_BACK: changing.take_back,
    ErrandKind.ERASE: changing.erase,
    ErrandKind.EXPORT: changing.export,
}


def run_due(engine: Engine, settings: Settings, *, stop: threading.Event) -> None:
    """Do what waits, the oldest first."""
    with db.reading(engine) as session:
        waiting = queueing.due(session, now=db.now(session))
    for errand_id in waiting:
        if stop.is_set():
            return
        run(engine, settings, errand_id)


def run(engine: Engine, settings: Settings, errand_id: int) -> None:
    """Do an errand now, unless another process does; what fails is kept, not raised."""
    work = queueing.take(engine, errand_id)
    if work is None:
        return
    try:
        _do(engine, settings, work)
    except (SubscriberError, NewsletterError) as error:
        queueing.fail(engine, errand_id, i18n.kept(error, limit=_LONGEST))
    except FileNotFoundError:
        queueing.fail(engine, errand_id, _GONE)
    except Exception:  # as in the job loop: it logs, and the next one is done
        logger.exception("errand %s failed", errand_id)
        queueing.fail(engine, errand_id, _BROKEN)


def _do(engine: Engine, settings: Settings, work: Work) -> None:
    _DOERS[work.kind](engine, settings, work)
