"""Join a list: asked for on a page, confirmed from the mailbox."""
