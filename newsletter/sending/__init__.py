"""The send loop: claims rows, hands messages to the relay, writes down the answers."""

from newsletter.sending.holder import DEAD_AFTER, Holder, dead_senders
from newsletter.sending.loop import send
from newsletter.sending.office import Sent
from newsletter.sending.single import hand_over

__all__ = ["DEAD_AFTER", "Holder", "Sent", "dead_senders", "hand_over", "send"]
