"""Pages with the text spacing of WCAG 1.4.12 are no wider than a small window."""

from __future__ import annotations

import pytest

SPACING = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"


@pytest.mark.parametrize("path", ["iris/performance", "loan/performance", "bank-products/performance", "loan/predict"])
def test_wide_spacing_makes_no_page_wider_than_the_window(browse, path):
    page = browse(width=320, height=640).open(f"/{path}").page
    page.add_style_tag(content=SPACING)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
