"""Settings of what is recorded of decisions and of what came of them. Part of ``settings.py``."""

from dataclasses import dataclass

from setting_parsers import BadSetting, mail_addresses, one_of, setting, url, whole_number


@dataclass(frozen=True, kw_only=True)
class FeedbackSettings:
    """The settings of decisions and outcomes."""

    decisions: str = setting(
        "on",
        one_of("on", "off"),
        "Whether answers of the API, and records of jobs that ask for it, are recorded as decisions",
    )
    decision_values: str = setting(
        "encrypted",
        one_of("encrypted", "none"),
        "What is kept of the values of a decision, and of notes: encrypted, with a key that is made and kept in the "
        "store, or none",
    )
    decision_days: int = setting(
        730, whole_number(1, 36_500), "Days after which decisions and what came of them are removed"
    )
    feed_url: str = setting(
        "",
        url("http", "https"),
        "Webhook that is told of every decision and of what came of it, as a CRM may be; signed by CALLBACK_SECRET",
        secret=True,
    )
    alert_url: str = setting(
        "",
        url("http", "https"),
        "Webhook that is told once when the probabilities of a model turn out to be off; signed by CALLBACK_SECRET",
        secret=True,
    )
    alert_email: str = setting("", mail_addresses, "Who is told of it by e-mail: addresses, separated by commas")
    alert_sender: str = setting(
        "", mail_addresses, "Who such mail is from; without it, the user of SMTP_URL where that is an address"
    )
    smtp_url: str = setting(
        "",
        url("smtp", "smtps"),
        "The server that takes mail: smtps://user:password@host, or smtp: with STARTTLS",
        secret=True,
    )

    def check_alerts(self, callback_secret: str) -> None:
        """BadSetting where an alert is asked for that could not be sent."""
        if self.feed_url and not callback_secret:
            raise BadSetting("FEED_URL is set and CALLBACK_SECRET is not; accepted: both, for the feed is signed.")
        if self.alert_url and not callback_secret:
            raise BadSetting("ALERT_URL is set and CALLBACK_SECRET is not; accepted: both, for alerts are signed.")
        if self.alert_email and not self.smtp_url:
            raise BadSetting("ALERT_EMAIL is set and SMTP_URL is not; accepted: both.")
