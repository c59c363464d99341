"""An organisation's own template: MJML that is read strictly, and rendered apart."""

from newsletter.rendering.own.filling import Blocks, in_column, lay_out
from newsletter.rendering.own.reading import Own, Slot, read

__all__ = ["Blocks", "Own", "Slot", "in_column", "lay_out", "read"]
