"""Listening sockets at a stop: which connections the kernel still takes, and whose close stops them for all."""

import os
import socket
from types import SimpleNamespace

import pytest

from web.listening import take_no_more, take_no_more_at_close, takes_no_more

LINUX = pytest.mark.skipif(os.uname().sysname != "Linux", reason="only Linux has filters of sockets")
MORE = bytes(range(256)) * 400  # more than one packet carries


def listening(family=socket.AF_INET):
    listener = socket.create_server(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), family=family)
    listener.settimeout(5)
    return listener


def connected(listener, seconds=5.0):
    return socket.create_connection(listener.getsockname()[:2], timeout=seconds)


@LINUX
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_who_has_connected_is_served_and_who_comes_later_is_refused(family):
    with listening(family) as listener:
        with connected(listener) as before:
            assert not takes_no_more(listener)
            assert take_no_more(listener)
            assert takes_no_more(listener)
            with pytest.raises(TimeoutError):
                connected(listener, 0.3)
            served, _ = listener.accept()
            with served:
                before.sendall(MORE)
                got = bytearray()
                while len(got) < len(MORE):
                    got += served.recv(65_536)
                assert bytes(got) == MORE
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):  # nobody waits, to be reset by the close
            listener.accept()
        address = listener.getsockname()[:2]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)


@LINUX
def test_all_who_share_the_socket_see_it():
    with listening() as listener, socket.fromfd(listener.fileno(), socket.AF_INET, socket.SOCK_STREAM) as other:
        take_no_more(other)
        assert takes_no_more(listener)


def test_a_socket_of_the_file_system_has_no_such_filter(tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        assert not take_no_more(listener)
        assert not takes_no_more(listener)


class Held:
    """As Gunicorn holds its listeners."""

    def __init__(self, sock):
        self.sock = sock

    def close(self):
        if self.sock is not None:
            self.sock.close()
        self.sock = None


@LINUX
@pytest.mark.parametrize(
    ("whose", "no_more"),
    [
        ({}, True),
        ({"systemd": True}, False),  # it opened the socket, and listens on
        ({"reexec_pid": 7}, False),  # the master that came at an upgrade has it too
        ({"master_pid": 7}, False),  # the master before it is still there
    ],
)
def test_the_masters_close_stops_all_where_nobody_else_listens(whose, no_more):
    server = SimpleNamespace(**{"systemd": False, "reexec_pid": 0, "master_pid": 0, **whose})
    with listening() as listener:
        held = Held(listener.dup())
        server.LISTENERS = [held]
        take_no_more_at_close(server)
        held.close()
        assert held.sock is None
        assert takes_no_more(listener) == no_more
        held.close()  # Gunicorn may do it twice


@LINUX
def test_a_worker_that_closes_what_it_inherited_stops_nobody():
    server = SimpleNamespace(systemd=False, reexec_pid=0, master_pid=0)
    with listening() as listener:
        server.LISTENERS = [Held(listener.dup())]
        take_no_more_at_close(server)
        child = os.fork()
        if not child:
            server.LISTENERS[0].close()
            os._exit(0)
        os.waitpid(child, 0)
        assert not takes_no_more(listener)
        connected(listener).close()
        server.LISTENERS[0].close()
