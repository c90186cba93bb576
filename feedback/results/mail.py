"""Mail by SMTP: the address of the server from a setting, and one message."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465}
SECONDS = 20.0  # that the server has for each answer


class NotSent(Exception):
    """The server did not take the message; the words say why, without secrets."""


@dataclass(frozen=True)
class MailServer:
    """The server that takes mail, and who it is from and to."""

    url: str
    """``smtps://user:password@host``, or ``smtp://`` with STARTTLS where the server offers it."""
    sender: str
    """Empty for the user of the URL, where that is an address, else likely@ this machine."""
    to: str
    """Addresses, separated by commas or spaces."""

    @property
    def recipients(self) -> list[str]:
        """Each address."""
        return self.to.replace(",", " ").split()

    def send(self, number: str, subject: str, words: str) -> None:
        """Send one message.

        Parameters
        ----------
        number : str
            Id of the message, the same for all attempts, so that mail programs show it once.

        Raises
        ------
        NotSent
        """
        try:
            with self._connected() as server:
                server.send_message(self._message(number, subject, words))
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"The mail server did not take it: {type(error).__name__}.") from error

    def _message(self, number: str, subject: str, words: str) -> EmailMessage:
        message, user = EmailMessage(), unquote(urlsplit(self.url).username or "")
        message["Subject"], message["To"] = subject, ", ".join(self.recipients)
        message["From"] = self.sender or (user if "@" in user else f"likely@{socket.getfqdn()}")
        message["Message-ID"], message["Date"] = f"<{number}@likely>", formatdate()
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(words)
        return message

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
        context = ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
            elif parts.password and host not in ("localhost", "127.0.0.1", "::1"):
                server.close()
                raise NotSent("The mail server offers no STARTTLS, and the password is not sent in plain text.")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server
