"""python-osc, the OSC library that most Python patches use, plays with imps."""

import socket
import time

import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

PATIENCE = 20.0  # seconds; only a failing test waits so long


def message(address, *values, types=None):
    builder = OscMessageBuilder(address)
    for index, value in enumerate(values):
        builder.add_arg(value, types[index] if types else None)
    return builder.build()


class Player:
    """One socket that speaks to imps and hears both its predictions and its replies."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def send(self, stage, packet):
        self.socket.sendto(packet.dgram, ("127.0.0.1", stage.hears))

    def hear(self, address, seconds=PATIENCE):
        """The next message for `address`, or None."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65536)
            except OSError:  # nothing yet, or nobody there to hear what was sent before
                continue
            contents = OscBundle(data) if OscBundle.dgram_is_bundle(data) else [OscMessage(data)]
            for heard in contents:
                if heard.address == address:
                    return heard
        return None

    def greet(self, stage):
        """Waits until imps hears: it answers /ping with /pong."""
        for _ in range(int(PATIENCE * 10)):
            self.send(stage, message("/ping"))
            if self.hear("/pong", 0.1):
                return
            assert stage.process.poll() is None, "imps ended"
        pytest.fail("no /pong")


@pytest.fixture
def player():
    player = Player()
    yield player
    player.socket.close()


@pytest.fixture
def stage(run, player):
    stage = run(player.port, "--dimension", "4", "--no-log")
    player.greet(stage)
    return stage


def is_a_prediction(heard):
    return (
        heard is not None
        and len(heard.params) == 3
        and all(isinstance(x, float) and 0.0 <= x <= 1.0 for x in heard.params)
    )


def test_a_played_frame_is_answered(stage, player):
    player.send(stage, message("/interface", 0.1, 0.5, 0.9))
    assert is_a_prediction(player.hear("/prediction"))
    assert stage.stop() == 0


@pytest.mark.parametrize("types, values", [("iii", (0, 1, 0)), ("ddd", (0.1, 0.5, 0.9)), ("fTF", (0.2, True, False))])
def test_other_types_of_number_are_played_too(stage, player, types, values):
    player.send(stage, message("/interface", *values, types=types))
    assert is_a_prediction(player.hear("/prediction"))


def test_a_frame_in_a_bundle_is_answered(stage, player):
    bundle = OscBundleBuilder(IMMEDIATELY)
    bundle.add_content(message("/interface", 0.2, 0.4, 0.6))
    player.send(stage, bundle.build())
    assert is_a_prediction(player.hear("/prediction"))


def test_messages_that_are_not_for_imps_do_not_end_it(stage, player):
    player.send(stage, message("/somebody/else", "hello", 3))
    player.send(stage, message("/interface", 0.5))
    player.send(stage, message("/interface", "loud"))
    player.greet(stage)
    player.send(stage, message("/interface", 0.1, 0.5, 0.9))
    assert is_a_prediction(player.hear("/prediction"))
    assert stage.stop() == 0


def test_status_is_told_to_the_one_who_asks(stage, player):
    player.send(stage, message("/imps/status"))
    assert player.hear("/imps/status") is not None
