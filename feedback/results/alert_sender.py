"""Alerts, from an outbox in the store: one of each episode of the alarm, by webhook and e-mail, with backoff."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import orjson

from feedback.results.mail import MailServer, NotSent
from jobs.webhooks.allowed_addresses import ANYWHERE, WebhookRules
from jobs.webhooks.deliver import PAUSES, send_signed
from jobs.work.lease_renewal import heartbeat
from jobs.work.periodic_thread import PeriodicThread
from ml.translation import text
from store.db import Store
from store.outcomes.alarm_records import EMAIL, WEBHOOK, Alert, Episode

log = logging.getLogger(__name__)

LEASE_SECONDS = 120.0  # seconds until the alert of a dead process is taken over by another
PAUSE = 15.0  # seconds between two looks


@dataclass(frozen=True)
class Receivers:
    """Receivers of alerts."""

    url: str = ""
    """Address of a webhook; empty for none."""
    secrets: tuple[bytes, ...] = ()
    """Keys that sign it."""
    mail: MailServer | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels by which somebody hears."""
        return (*((WEBHOOK,) if self.url else ()), *((EMAIL,) if self.mail else ()))


class AlertSender:
    """Sends alerts that are due, one after the other."""

    def __init__(self, store: Store, receivers: Receivers) -> None:
        self._store, self._receivers = store, receivers

    def start(self) -> None:
        """Send in a thread; nothing is started where nobody is to hear."""
        if self._receivers.channels:
            PeriodicThread("alerts", self._look, "Alerts could not be looked for", PAUSE).start()

    def _look(self) -> bool:
        return self._store.exists and self.step()

    def step(self) -> bool:
        """Send one alert that is due; False where there is none."""
        alerts = self._store.outcomes.alerts
        alert = alerts.claim(LEASE_SECONDS)
        if alert is None:
            return False
        about = f"the alert {alert.episode.id}"
        with heartbeat(lambda: alerts.renew(alert, LEASE_SECONDS), LEASE_SECONDS, about):
            fault = self._send(alert)
        if not fault:
            alerts.sent(alert)
            return True
        last = alert.attempts > len(PAUSES)
        alerts.missed(alert, fault, None if last else PAUSES[alert.attempts - 1])
        log.warning("Alert about %s by %s, attempt %s: %s", alert.episode.version, alert.channel, alert.attempts, fault)
        return True

    def _send(self, alert: Alert) -> str:
        """Send an alert; returns what went wrong, empty where it was taken."""
        if alert.channel == EMAIL and self._receivers.mail:
            return self._mail(alert, self._receivers.mail)
        if alert.channel == WEBHOOK and self._receivers.url:
            rules = WebhookRules(self._receivers.secrets, ANYWHERE)
            return send_signed(self._receivers.url, rules, alert.episode.id, orjson.dumps(described(alert.episode)))[1]
        return "It is not set any more."

    @staticmethod
    def _mail(alert: Alert, mail: MailServer) -> str:
        try:
            mail.send(alert.episode.id, subject_of(alert.episode), words_of(alert.episode))
        except NotSent as error:
            return str(error)
        except ValueError as error:
            return f"No mail could be written: {type(error).__name__}."
        return ""


def described(episode: Episode) -> dict[str, str | None]:
    """An alert as JSON: the body of the webhook."""
    return {
        "type": "calibration.off",
        "episode": episode.id,
        "model": episode.model,
        "version": episode.version,
        "outcome": episode.outcome,
        "off_since": _moment(episode.since),
        "alarmed": _moment(episode.alarmed),
        "page": page_of(episode),
    }


def page_of(episode: Episode) -> str:
    """Path of the page that shows it."""
    return f"/{quote(episode.model)}/results?{urlencode({'outcome': episode.outcome})}"


def subject_of(episode: Episode) -> str:
    """Subject of the mail."""
    return text("Likely: the probabilities of {model} are off", model=episode.model)


def words_of(episode: Episode) -> str:
    """Text of the mail."""
    since = (_moment(episode.since) or _moment(episode.alarmed) or "")[:10]
    said = text(
        "Since {date} the outcome {outcome} has not come as often as {version} says. Do not rely on "
        "its probabilities until somebody has looked into it.",
        version=episode.version,
        outcome=episode.outcome,
        date=since,
    )
    where = text("The Results page shows what was said and what came: {page}", page=page_of(episode))
    once = text("This message is sent once, until the alarm is acknowledged there or another version is live.")
    return f"{said}\n\n{where}\n\n{once}\n"


def _moment(at: float | None) -> str | None:
    return None if at is None else dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="seconds")
