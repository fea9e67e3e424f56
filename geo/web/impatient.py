"""A connection that one reader cannot make slow for all others."""

from __future__ import annotations

from waitress.channel import HTTPChannel


class ImpatientChannel(HTTPChannel):  # type: ignore[misc]
    """A connection whose unread answers keep no thread waiting, and whose answers no loop busy."""

    # Waitress lets the thread wait until the reader has taken some, for ever if need be, so that
    # a handful of readers who send many requests at once and read nothing stop the whole server.
    # A file, or one long body, never comes here: it is sent without a thread.
    def _flush_outbufs_below_high_watermark(self) -> None:
        if self.total_outbufs_len > self.adj.outbuf_high_watermark:
            # As the server's own upkeep closes a connection that nobody uses.
            self.will_close, self.connected = True, False
            self.server.pull_trigger()

    def writable(self) -> bool:
        """Return whether the loop shall wait until the reader can take more.

        Not while a thread answers: it sends what it has. Waitress asks for that moment as well,
        finds at once that it has come and that the thread holds the lock, and asks again: the
        loop turns without rest and takes the interpreter from the thread it waits for.
        """
        if self.requests and not self.will_close and not self.close_when_flushed:
            return False
        return bool(super().writable())
