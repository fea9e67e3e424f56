"""A connection that parts with a reader who asks on and on without reading the answers."""

from __future__ import annotations

from waitress.channel import HTTPChannel


class ImpatientChannel(HTTPChannel):  # type: ignore[misc]
    """A connection whose unread answers keep no thread waiting.

    Waitress lets the thread wait until the reader has taken some, for ever if need be, so that
    a handful of readers who send many requests at once and read nothing stop the whole server.
    A file, or one long body, never comes here: it is sent without a thread.
    """

    def _flush_outbufs_below_high_watermark(self) -> None:
        if self.total_outbufs_len > self.adj.outbuf_high_watermark:
            # As the server's own upkeep closes a connection that nobody uses.
            self.will_close, self.connected = True, False
            self.server.pull_trigger()
