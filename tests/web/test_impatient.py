"""The loop that waits for readers rests while a thread answers."""

import socket
from types import SimpleNamespace

import pytest
from waitress.adjustments import Adjustments

from geo.web.impatient import ImpatientChannel


@pytest.fixture
def channel():
    ours, reader = socket.socketpair()
    server = SimpleNamespace(active_channels={})
    made = ImpatientChannel(server, ours, "reader", Adjustments(), map={})
    made.total_outbufs_len = 5
    yield made
    ours.close()
    reader.close()


def test_the_loop_sends_what_a_thread_left(channel):
    assert channel.writable()


def test_the_loop_does_not_ask_while_a_thread_answers(channel):
    channel.requests = ["answered by a thread"]
    assert not channel.writable()


@pytest.mark.parametrize("ending", ["will_close", "close_when_flushed"])
def test_the_loop_ends_a_connection_at_once(channel, ending):
    channel.requests = ["answered by a thread"]
    setattr(channel, ending, True)
    assert channel.writable()
