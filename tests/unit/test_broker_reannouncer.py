"""The reannouncer of a worker: it announces, and works where its broker is silent although there is work."""

from jobs.broker import DEAF, REANNOUNCE_SECONDS, Reannouncer


class House:
    """Chunks by job, a clock, and what was announced and done."""

    def __init__(self, **chunks):
        self.chunks, self.announced, self.done, self.now = chunks, [], [], 0.0
        self.away = False
        self.reannouncer = Reannouncer(
            self.announced.append, self.step, self.with_work, lambda: self.away, lambda: self.now
        )

    def with_work(self):
        return [job for job, left in self.chunks.items() if left]

    def step(self, job):
        if not self.chunks[job]:
            return False
        self.chunks[job] -= 1
        self.done.append(job)
        return True


def test_work_is_left_to_messages_while_they_come():
    house = House(a=3)
    for _ in range(10):
        house.now += DEAF - 1
        house.reannouncer.heard()
        house.reannouncer.reannounce()
    assert (house.announced, house.done) == (["a"] * 10, [])


def test_a_worker_that_hears_nothing_does_the_work_itself_and_says_so_once(caplog):
    house = House(a=3, b=2)
    house.reannouncer.reannounce()
    assert not house.done
    house.now += DEAF + 1
    house.reannouncer.reannounce()
    assert house.done == ["a"] * 3 + ["b"] * 2
    house.chunks["a"] = 1
    house.reannouncer.reannounce()
    assert house.done[-1] == "a"
    house.reannouncer.heard()
    assert [record.message for record in caplog.records] == [
        "There is work, and no message of it came from the broker: it is looked for without.",
        "Messages come again from the broker.",
    ]


def test_silence_without_work_is_no_silence(caplog):
    house = House()
    house.now += 10 * DEAF
    house.reannouncer.reannounce()
    house.chunks["a"] = 1
    house.now += REANNOUNCE_SECONDS
    house.reannouncer.reannounce()  # it came just now, and its message may be under way
    assert (house.done, caplog.records) == ([], [])


def test_it_stops_working_when_a_message_comes():
    house = House(a=5)
    step = house.reannouncer._step

    def heard_meanwhile(job):
        house.reannouncer.heard()
        return step(job)

    house.reannouncer._step = heard_meanwhile
    house.now += DEAF + 1
    house.reannouncer.reannounce()
    assert house.done == ["a"]


def test_in_an_outage_it_works_without_a_line_more_and_says_so_if_it_stays_deaf_after_it(caplog):
    house = House()
    house.away = True
    for _ in range(2):
        house.chunks["a"] = 1
        house.now += DEAF + 1
        house.reannouncer.reannounce()
    assert (house.done, caplog.records) == (["a", "a"], [])
    house.away = False
    for seconds, lines in ((DEAF, 0), (1, 1), (1, 1)):
        house.chunks["a"] = 1
        house.now += seconds
        house.reannouncer.reannounce()
        assert (house.chunks["a"], len(caplog.records)) == (0, lines)
    house.reannouncer.heard()
    assert caplog.messages[-1] == "Messages come again from the broker."


def test_who_hears_messages_again_soon_after_an_outage_has_nothing_to_say(caplog):
    house = House(a=1)
    house.away = True
    house.now += DEAF + 1
    house.reannouncer.reannounce()
    house.away = False
    house.now += DEAF
    house.reannouncer.heard()
    assert (house.done, caplog.records) == (["a"], [])
