"""Options of a job's request: checked, and compared where its idempotency key comes again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs.errors import decisions_off
from jobs.work.decided_records import DECISIONS, asks_decisions
from ml.advice.score_known import ESTIMATOR, check_blanks
from ml.service import Bundle
from store.job import Job

# Options that an idempotency key covers
_COMPARED = {"name": None, "columns": None, "read": None, "blanks": ESTIMATOR, DECISIONS: None}


def check_options(bundle: Bundle, options: Mapping[str, Any], *, recorded: bool) -> None:
    """Raise what speaks against the options of a job.

    Parameters
    ----------
    bundle : Bundle
        The version that is to score.
    options : mapping
        See :meth:`jobs.job_service.JobService.accept`.
    recorded : bool
        Whether decisions are recorded here.

    Raises
    ------
    NoProbabilities, DecisionsOff
    """
    check_blanks(bundle, options.get("blanks", ESTIMATOR))
    if asks_decisions(options) and not recorded:
        raise decisions_off()


def compared_options(options: Mapping[str, Any], *, held: bool, callback_url: str) -> dict[str, Any]:
    """The options of a request that are stored for comparison with a repeated request."""
    asked = {name: options.get(name, default) for name, default in _COMPARED.items()}
    return asked | {"held": held, "callback_url": callback_url}


def differences(job: Job, asked: Mapping[str, Any], model: str, live: str) -> list[str]:
    """Names of the options in which a request differs from the one that made a job.

    `asked` is as of :func:`compared_options`, with the digest of the ``file``; `model` is the name or key that is
    asked, `live` the key of the version that answers now.
    """
    before = _COMPARED | job.options.get("asked", asked) | {"file": job.digest}
    names = sorted(each for each in {*asked, *before} if asked.get(each) != before.get(each))
    name, version = job.model.partition("@")[0], job.model
    if model.partition("@")[0] != name or ("@" in model and live != version):
        names.append("model")
    return names
