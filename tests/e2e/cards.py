"""What tests do on cards of plots."""

from __future__ import annotations

from playwright.sync_api import Locator, expect


def shows_its_data(card: Locator) -> None:
    """Open the table of a card's data, where its figure has one."""
    opener = card.locator(".plot-data > summary")
    if opener.is_visible():
        opener.click()
        expect(card.locator(".plot-data-rows, .plot-data .plot-refusal")).to_be_visible()
