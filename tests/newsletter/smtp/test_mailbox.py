"""The built-in mailbox as a connection."""

from pathlib import Path

import pytest

from newsletter.smtp import RelayUnavailable, Source, Verdict
from newsletter.smtp.mailbox import MailboxConnection, received
from tests.newsletter.smtp.carrying import ANNE, BART, RAW, carried, deliver, envelope


def test_it_keeps_each_message_once(tmp_path: Path) -> None:
    folder = tmp_path / "mailbox"

    deliver(
        lambda source: MailboxConnection(folder, source),
        envelope(),
        envelope(),
        envelope(BART),
    )

    kept = received(folder)
    assert sorted(mail.address for mail in kept) == [ANNE, BART]
    assert received(folder, ANNE)[0].raw == RAW


def test_a_full_disk_is_no_readers_fault(tmp_path: Path) -> None:
    folder = tmp_path / "mailbox"

    def connect(source: Source) -> MailboxConnection:
        return _FullDisk(folder, source)

    outcomes, source = carried(connect, envelope())

    assert [outcome.verdict for outcome in outcomes] == [Verdict.RETURNED]
    assert source.losses == [True]


class _FullDisk(MailboxConnection):
    """A folder that is gone when the message comes, as good as a full disk."""

    async def open(self) -> None:
        self._directory.mkdir()
        self.is_open = True
        self._directory.rmdir()
        self.wake()


def test_a_mailbox_that_cannot_be_made_is_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "mailbox").write_text("in the way")

    with pytest.raises(RelayUnavailable):
        deliver(
            lambda source: MailboxConnection(tmp_path / "mailbox", source), envelope()
        )
