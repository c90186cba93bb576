"""The challenger on the Versions page and on the command line: chosen, judged, stopped."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest

from auth.caller import Caller, Request, use_request
from auth.permissions import ROLES, Permission
from callbacks.router import PageServices, show_page
from callbacks.versions.challenger import Shadow, choose_challenger, show_challenger, stop_challenger
from feedback.shadow.challengers import Challengers
from layouts.versions.challenger import ShownChallenger, section
from ml.cli import BAD_INPUT, FAILED, OK
from ml.cli.commands import main
from ml.monitoring.shadow_judgement import judge_shadow
from store.errors import StoreUnavailable
from tests.unit.test_page_callbacks import words
from tests.unit.test_shadow import predict, run, shop, template  # noqa: F401 - fixtures

PLACE = {"versions": "choose", "model": "pay"}
COUNTS = {"answered": 120, "failed": 3, "waiting": 4, "left_out": 5, "errors": {"ValueError": 3}}
TIMES = {"seconds": (0.001, 0.002), "beside": (0.003, 0.004)}
SHOWN = ShownChallenger("3f9a1c2b", 0.2, 1_764_100_000.0, "ann", "more customers", **COUNTS, **TIMES)


def page(shop, query="", shadow=None):  # noqa: F811
    shadow = shadow or Shadow(shop.feedback.service, shop.challengers)
    return words(show_page(shop.feedback.service, "/pay/versions", query, PageServices(shadow=shadow)))


def test_a_challenger_is_chosen_shown_and_stopped(shop):  # noqa: F811
    shadow, other = Shadow(shop.feedback.service, shop.challengers), shop.other.partition("@")[2]
    assert "Ask in shadow" in page(shop)
    assert '"versions": "challenger"' not in page(shop)
    asked = page(shop, f"?challenge={other}")
    for part in (f"Ask {other} in shadow?", "Share of the decisions", "Nobody sees its answers", "Why?"):
        assert part in asked
    place = PLACE | {"to": other}
    assert "no reason" in words(choose_challenger(shadow, 1, "", place, "0.2")[0])
    assert "The share 0 came" in words(choose_challenger(shadow, 1, "newer", place, {"a": 1})[0])
    said, is_done = choose_challenger(shadow, 1, "newer", place, "0.5")
    assert f"From now on {other} is asked too, for 50\u00a0% of the decisions." in words(said)
    assert is_done
    assert "Challenger: asked in shadow" in page(shop)
    shown, is_done = show_challenger(shadow, 1, PLACE)
    assert "Too few to tell: the outcome of 0 decisions is known" in words(shown)
    assert is_done
    assert f"Stop asking {other}?" in page(shop, f"?stop={other}")
    assert "is not the challenger" in page(shop, "?stop=00000000")
    said, is_done = stop_challenger(shadow, 1, "decided", place)
    assert f"{other} is no longer asked." in words(said)
    assert is_done
    assert show_challenger(shadow, 1, PLACE) == ("", True)
    assert "has no challenger" in words(stop_challenger(shadow, 1, "decided", place)[0])


def test_how_it_does_is_told(shop):  # noqa: F811
    shop.challengers.choose(shop.other, 1.0, "newer")
    predict(shop, 4)
    run(shop)
    shown = words(show_challenger(Shadow(shop.feedback.service, shop.challengers), 1, PLACE)[0])
    assert "Time of the challenger" in shown
    assert "0 of 4" in shown
    assert '"4"' in shown


@pytest.mark.parametrize(
    ("shift", "verdict"),
    [(0.0, "the two cannot be told apart yet"), (0.35, "it was better than"), (-0.35, "it was worse than")],
)  # fmt: skip
def test_the_verdict_is_a_sentence(shift, verdict):
    truth = np.tile([True, False], 400)
    live = np.where(truth, 0.6, 0.4) + np.tile([0.01, -0.01, -0.01, 0.01], 200)
    other = np.clip(np.where(truth, 0.6 + shift, 0.4 - shift), 0.05, 0.95) + np.tile([-0.01, 0.01, 0.01, -0.01], 200)
    found = asdict(judge_shadow(live, other, truth))
    said = words(section(replace(SHOWN, judged={"Buys": found}), "pay", may_change=True))
    assert f"On 800 decisions whose outcome is known {verdict}" in said
    assert f"{found['log_loss']['challenger']:.4f}" in said
    assert f"{found['log_loss']['low']:.4f} to {found['log_loss']['high']:.4f}" in said
    assert "3 of 123" in said
    assert "1.00 ms, 95 in 100 within 2.00 ms" in said
    assert "ValueError (3)" in said
    assert "Left out: too many waited" in said


def test_who_may_not_change_versions_sees_it_without_a_way(shop):  # noqa: F811
    shop.challengers.choose(shop.other, 1.0, "newer")
    other = shop.other.partition("@")[2]
    with use_request(Request(Caller("carl", ROLES["manager"]), Permission.READ)):
        shown = words(show_challenger(Shadow(shop.feedback.service, shop.challengers), 1, PLACE)[0])
        assert "Nobody sees its answers" in shown
        assert "Stop asking it" not in shown
        assert "Ask in shadow" not in page(shop)
        assert "You may not change which version" in page(shop, f"?challenge={other}")


def test_the_page_opens_while_the_store_is_away(shop):  # noqa: F811
    class Away(Challengers):
        def state(self, model):
            raise StoreUnavailable

        def choose(self, *_):
            raise StoreUnavailable

    away = Shadow(shop.feedback.service, Away(shop.feedback, None))
    assert "All versions" in page(shop, "", away)
    assert show_challenger(away, 1, PLACE) == ("", True)
    said, is_done = choose_challenger(away, 1, "newer", PLACE | {"to": shop.other.partition("@")[2]}, "0.2")
    assert "the store does not answer" in words(said)
    assert not is_done


def test_the_command_line_does_the_same(shop, capsys):  # noqa: F811
    def ml(*argv):
        return main(["challenger", *argv], shop.folder, challengers=lambda: shop.challengers), capsys.readouterr()

    assert ml("pay")[0] == BAD_INPUT
    done, said = ml(shop.other, "--share", "0.25", "--why", "newer", "--by", "ann")
    assert (done, said.out) == (OK, f"{shop.other} is asked for 25 % of the decisions of pay from now on\n")
    chosen = shop.challengers.state("pay").challenger
    assert (chosen.share, chosen.by, chosen.why) == (0.25, "ann", "newer")
    done, said = ml("pay")
    assert done == OK
    assert "answered 0, failed 0, waiting 0" in said.out
    assert "yes: too few on 0 outcomes" in said.out
    assert ml(shop.live)[0] == FAILED
    done, said = ml("pay", "--stop", "--by", "ann")
    assert (done, said.out, shop.challengers.state("pay")) == (OK, f"{shop.other} is no longer asked\n", None)
    assert ml("pay", "--stop")[0] == FAILED
    assert shop.store.audit.newest(2)[1].who == "ann"
