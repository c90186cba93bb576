"""The rows of the fault matrix: each does one thing to a service under load, and undoes it."""

from __future__ import annotations

import gzip
import io
import signal
import socket
import sqlite3
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import text

from tests.faults.matrix_house import House, hold, send
from tests.faults.places import kill_all, wait_until
from tests.faults.steady import MODEL, ask, table_of

LASTS = 4.0  # seconds of an outage
KILL, STOP, CONT, TERM, HUP = signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT, signal.SIGTERM, signal.SIGHUP
HEAD = f"POST {MODEL}/predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@dataclass(frozen=True)
class Row:
    """One fault.

    Attributes
    ----------
    what : str
    kind : str
        Of the house, see :func:`tests.faults.matrix_house.house_of`.
    fault : callable
        Does it, waits, undoes it.
    drops : bool
        True where requests that are under way may end without an answer: their process is killed.
    """

    what: str
    kind: str
    fault: Callable[[House], object]
    drops: bool = False


# ---- processes ------------------------------------------------------------------------------------------


def signalled(number: signal.Signals, who: Callable[[House], int], lasts: float = LASTS) -> Callable[[House], None]:
    """Send a signal; a stopped process goes on after a while."""

    def fault(house: House) -> None:
        pid = who(house)
        send(pid, number)
        hold(lasts)
        if number == STOP:
            send(pid, CONT)

    return fault


def a_web_worker(house: House) -> int:
    return house.web_workers()[0]


def the_master(house: House) -> int:
    assert house.web is not None
    return house.web.pid


def a_worker(house: House) -> int:
    return house.workers[0].pid


def killed_web(house: House) -> None:
    assert house.web is not None
    kill_all(house.web)
    house.start_web()


def killed_master(house: House) -> None:
    """Its workers find that they are alone, and end; then it is started again."""
    assert house.web is not None
    house.web.kill()
    house.web.wait()
    wait_until(lambda: not house.is_served(), 30)
    house.start_web()


def restarted(house: House) -> None:
    """As a platform does: SIGTERM, at most 30 seconds, then the next."""
    assert house.web is not None
    house.web.send_signal(TERM)
    house.web.wait(30)
    house.start_web()


def killed_workers(house: House) -> None:
    for each in house.workers:
        kill_all(each)
    hold(1)
    house.start_workers()


def ended_worker(house: House) -> None:
    house.workers[0].send_signal(TERM)
    house.workers[0].wait(40)
    hold(1)


def restarted_workers(house: House) -> None:
    for each in house.workers:
        each.send_signal(TERM)
    for each in house.workers:
        each.wait(40)
    house.start_workers()


def all_killed(house: House) -> None:
    killed_workers(house)
    killed_web(house)


# ---- what the service stands on -------------------------------------------------------------------------


def away(place: str) -> Callable[[House], None]:
    def fault(house: House) -> None:
        found = house.places[place]
        found.kill()
        hold(LASTS)
        found.come_back()

    return fault


def frozen(place: str) -> Callable[[House], None]:
    def fault(house: House) -> None:
        found = house.places[place]
        found.process.send_signal(STOP)
        hold(LASTS)
        found.process.send_signal(CONT)

    return fault


def slow_database(house: House) -> None:
    """All that comes from and goes to PostgreSQL is 50 ms late."""
    door = house.places["door"]
    for late, lasts in ((0.05, LASTS), (0.0, 0.0)):
        door.kill()
        door.come_back(late)
        hold(lasts)


def broken_connections(house: House) -> None:
    """PostgreSQL ends every connection of the service, again and again."""
    with house.store._engine().connect() as connection:
        for _ in range(8):
            connection.execute(text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
                "query LIKE '%pieces%' OR (query LIKE '%jobs%' AND pid <> pg_backend_pid())"
            ))  # fmt: skip
            connection.rollback()
            hold(0.5)


def full_redis(house: House) -> None:
    redis = house.places["redis"]
    _redis(redis.port, b"CONFIG SET maxmemory 1\r\n")
    _plots(house)
    hold(2)
    _redis(redis.port, b"CONFIG SET maxmemory 0\r\n")


def _redis(port: int, command: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), 5) as line:
        line.sendall(command)
        assert line.recv(100).startswith(b"+OK")


def locked_sqlite(house: House) -> None:
    """Somebody writes, and does not come to an end for longer than the service waits."""
    other = sqlite3.connect(house.folder / "var" / "likely.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    hold(8)
    other.execute("ROLLBACK")
    other.close()


def full_disk(house: House) -> None:
    """The disk of database, cache and files is full, to the last byte."""
    ballast = house.folder / "var" / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 65_536)
    hold(LASTS)
    ballast.unlink()


def files_away(house: House) -> None:
    """The place of the files of jobs is not there, as a volume that is not mounted."""
    place = house.folder / "var" / "files"
    elsewhere, hidden = place.with_name("elsewhere"), place.with_name("hidden")
    place.rename(elsewhere)
    hold(LASTS)
    if place.exists():  # what was written meanwhile hides below the mount
        place.rename(hidden)
    elsewhere.rename(place)
    for left in hidden.rglob("*"):
        if left.is_file():
            there = place / left.relative_to(hidden)
            there.parent.mkdir(parents=True, exist_ok=True)
            left.rename(there)


def corrupt_cache(house: House) -> None:
    _plots(house)
    for file in (house.folder / "var" / "cache").rglob("*"):
        if file.is_file():
            file.write_bytes(b"\x00junk{" * 50)
    _plots(house)
    hold(1)


def _plots(house: House) -> None:
    for plot in ("importance", "roc", "calibration"):
        code, _ = ask(house.port, "GET", f"{MODEL}/plots/{plot}.csv?outcome=yes")
        if code != 200:
            raise AssertionError(f"plot {plot}: {code}")


def corrupt_bundle(house: House) -> None:
    """Every file of the live version is overwritten while it serves, and a worker is killed on top."""
    folder = next(path for path in (house.models / "binary").iterdir() if path.is_dir())
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    for file in before:
        file.write_bytes(b"junk" * 100)
    send(a_web_worker(house), KILL)
    hold(LASTS)
    for file, data in before.items():
        file.write_bytes(data)


def junk_pointer(house: House) -> None:
    pointer = house.models / "binary" / "live"
    before = pointer.read_bytes()
    pointer.write_bytes(b"\xff\x00junk")
    hold(2)
    pointer.write_bytes(before)


# ---- clients --------------------------------------------------------------------------------------------


def connections(begin: bytes, many: int, drip: bytes = b"") -> Callable[[House], None]:
    """So many connections that begin so, and send a byte now and then; who is thrown out comes back."""

    def fault(house: House) -> None:
        clients: list[socket.socket] = []
        end = time.monotonic() + LASTS
        while time.monotonic() < end:
            while len(clients) < many and time.monotonic() < end:
                with suppress(OSError):
                    client = socket.create_connection(("127.0.0.1", house.port), 5)
                    client.sendall(begin)
                    clients.append(client)
            for client in list(clients):
                try:
                    client.sendall(drip)
                except OSError:
                    clients.remove(client)
            hold(0.3)
        for client in clients:
            client.close()

    return fault


def opened_and_closed(house: House) -> None:
    end = time.monotonic() + LASTS
    while time.monotonic() < end:
        for _ in range(50):
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", house.port), 5).close()
        hold(0.02)


def who_do_not_read(house: House) -> None:
    clients = []
    for _ in range(30):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect(("127.0.0.1", house.port))
        client.sendall(b"GET /assets/vendor/plotly-cartesian.min.js HTTP/1.1\r\nHost: x\r\n\r\n" * 5)
        clients.append(client)
    hold(LASTS)
    for client in clients:
        client.close()


def bodies(*made: Callable[[], tuple[str, bytes, dict[str, str]]], codes: tuple[int, ...]) -> Callable[[House], None]:
    """Send these bodies from four clients for a while; each is refused with one of the codes, or taken."""

    def fault(house: House) -> None:
        ready = [make() for make in made]
        found: set[int] = set()
        end = time.monotonic() + LASTS

        def client() -> None:
            while time.monotonic() < end:
                for path, body, headers in ready:
                    found.add(ask(house.port, "POST", path, body, **headers)[0])

        threads = [threading.Thread(target=client) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        if not found <= {0, *codes}:
            raise AssertionError(f"answers {found}, expected {codes}")

    return fault


def raw(request: bytes, codes: tuple[bytes, ...]) -> Callable[[House], None]:
    """Send these bytes again and again."""

    def fault(house: House) -> None:
        end = time.monotonic() + LASTS
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", house.port), 5) as line:
                line.settimeout(5)
                line.sendall(request)
                said = line.recv(100)
                if said and said.split()[1] not in codes:
                    raise AssertionError(f"{said!r}")

    return fault


def large_json() -> tuple[str, bytes, dict[str, str]]:
    return f"{MODEL}/predict", b"[" + b" " * 20_000_000 + b"]", {"Content-Type": "application/json"}


def zipped_json() -> tuple[str, bytes, dict[str, str]]:
    packed = gzip.compress(b"[" + b" " * 200_000_000 + b"]")
    return f"{MODEL}/predict", packed, {"Content-Type": "application/json", "Content-Encoding": "gzip"}


def zipped_csv() -> tuple[str, bytes, dict[str, str]]:
    return f"{MODEL}/jobs?held=true", gzip.compress(b"income,debt\n" + b"\n" * 200_000_000), {}


def zipped_workbook() -> tuple[str, bytes, dict[str, str]]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="a" sheetId="1"/></sheets></workbook>')
        file.writestr("xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 300_000_000)
    return f"{MODEL}/predict", out.getvalue(), {
        "Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    }  # fmt: skip


def explained() -> tuple[str, bytes, dict[str, str]]:
    rows = table_of(50)
    return f"{MODEL}/predict?explain=true", rows, {"Content-Type": "text/csv"}


def broken_uploads(house: House) -> None:
    """Files that are sent as jobs, and whose sender goes away in the middle."""
    head = f"POST {MODEL}/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 9000000\r\n\r\n"
    end = time.monotonic() + LASTS
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", house.port), 5) as line:
            line.sendall(head.encode() + table_of(3_000))
        hold(0.1)


CHUNKED = f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode()
OVER = CHUNKED + b"".join(b"100000\r\n" + b" " * 0x100000 + b"\r\n" for _ in range(20)) + b"0\r\n\r\n"

ROWS = (
    Row("a web worker is killed", "sqlite", signalled(KILL, a_web_worker), drops=True),
    Row("a web worker stands still for 4 s", "sqlite", signalled(STOP, a_web_worker)),
    Row("a web worker is told to end", "sqlite", signalled(TERM, a_web_worker)),
    Row("web master and workers are killed, started again", "sqlite", killed_web, drops=True),
    Row("the web master alone is killed, started again", "sqlite", killed_master, drops=True),
    Row("the web master stands still for 4 s", "sqlite", signalled(STOP, the_master)),
    Row("web: SIGTERM, started again (a deploy)", "sqlite", restarted, drops=True),
    Row("web: SIGHUP, workers replaced", "sqlite", signalled(HUP, the_master)),
    Row("the runner is killed", "sqlite", signalled(KILL, House.runner)),
    Row("the runner stands still for 4 s, lease 3 s", "sqlite", signalled(STOP, House.runner)),
    Row("the runner is told to end", "sqlite", signalled(TERM, House.runner)),
    Row("SQLite is locked by somebody for 8 s", "sqlite", locked_sqlite),
    Row("a job worker is killed", "postgresql", signalled(KILL, a_worker)),
    Row("a job worker stands still for 6 s, lease 3 s", "postgresql", signalled(STOP, a_worker, 6)),
    Row("a job worker is told to end", "postgresql", ended_worker),
    Row("all job workers are killed, started again", "postgresql", killed_workers),
    Row("all job workers are told to end, started again", "postgresql", restarted_workers),
    Row("web and job workers are killed, started again", "postgresql", all_killed, drops=True),
    Row("PostgreSQL is gone for 4 s", "postgresql", away("door")),
    Row("PostgreSQL is frozen for 4 s", "postgresql", frozen("door")),
    Row("PostgreSQL is 50 ms late, each way", "postgresql", slow_database),
    Row("PostgreSQL ends all connections, 8 times", "postgresql", broken_connections),
    Row("the broker (Redis) is gone for 4 s, comes back empty", "postgresql redis", away("broker")),
    Row("the broker (Redis) is frozen for 4 s", "postgresql redis", frozen("broker")),
    Row("the broker (RabbitMQ) is gone for 4 s", "postgresql rabbitmq", away("broker")),
    Row("the broker (RabbitMQ) is frozen for 4 s", "postgresql rabbitmq", frozen("broker")),
    Row("the cache (Redis) is gone for 4 s", "sqlite redis", away("redis")),
    Row("the cache (Redis) is frozen for 4 s", "sqlite redis", frozen("redis")),
    Row("the cache (Redis) is full", "sqlite redis", full_redis),
    Row("the cache (files) is overwritten by junk", "sqlite", corrupt_cache),
    Row("the disk is full for 4 s", "sqlite tmpfs", full_disk),
    Row("the place of the files is away for 4 s", "sqlite", files_away),
    Row("the live version's files are junk for 4 s, a worker killed", "sqlite", corrupt_bundle, drops=True),
    Row("the live pointer is junk for 2 s", "sqlite", junk_pointer),
    Row("12 clients drip heads", "sqlite", connections(HEAD[:30].encode(), 12, b"x")),
    Row("12 clients drip bodies", "sqlite", connections(f"{HEAD}Content-Length: 5000\r\n\r\n{{".encode(), 12, b" ")),
    Row("800 idle connections", "sqlite", connections(b"", 800)),
    Row("30 clients do not read 75 MB", "sqlite", who_do_not_read),
    Row("connections opened and closed, 1,000 a second", "sqlite", opened_and_closed),
    Row("bodies of 20 MB by 4 clients", "sqlite", bodies(large_json, codes=(413,))),
    Row("chunked bodies of 20 MB", "sqlite", raw(OVER, (b"413",))),
    Row("broken chunks", "sqlite", raw(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", (b"400",))),
    Row("zip bombs: JSON, CSV, a workbook", "sqlite",
        bodies(zipped_json, zipped_csv, zipped_workbook, codes=(400, 408, 413, 415, 422, 503))),
    Row("files whose sender goes away", "sqlite", broken_uploads),
    Row("50 explained records by 4 callers", "sqlite", bodies(explained, codes=(200, 202, 503))),
)  # fmt: skip
