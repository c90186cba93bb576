"""The frame around every page: head of the document, header, and the place where pages go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from dash import dcc
from dash.development.base_component import Component

from auth.access import may_get, may_open_site_page
from layouts import html
from layouts.shared import ids, script_sentences, url
from ml.translation import mark, reader_language, text

ROOT = "{%root%}"  # of the index page: the path prefix behind a proxy, else nothing
ASSETS = Path(__file__).resolve().parents[2] / "assets"
# Above an on-screen keyboard the page is as high as what is seen of it: the result stays in sight
VIEWPORT = "width=device-width, initial-scale=1, interactive-widget=resizes-content"
ACCOUNT = "/account"
PAGES: tuple[tuple[url.Kind, str], ...] = (
    ("home", mark("Models")),
    ("today", mark("Today")),
    ("gallery", mark("Inputs")),
)


@dataclass(frozen=True)
class SiteLink:
    """A link of the header."""

    words: str
    href: str
    inside: bool = True
    """Whether it leads to a page of Dash."""
    title: str = ""


def site_links(account: str) -> Iterator[SiteLink]:
    """Links of the header on every page, to the pages that the current caller may open; `account` is their name."""
    for page, words in PAGES:
        if may_open_site_page(page):
            yield SiteLink(text(words), url.href(page))
    if account and may_get(ACCOUNT):
        yield SiteLink(text("Account"), url.outside(ACCOUNT), inside=False, title=account)


def script_address(name: str, root: str) -> str:
    """Address of a bundle of scripts, as "theme", under a path prefix; stamped so that browsers keep it."""
    script = f"bundle/{name}.js"
    return f"{root}/assets/{script}?m={(ASSETS / script).stat().st_mtime}"


CONNECTION_WORDS = {
    "data-lost": mark("No connection to the server. What you see may be older than your choices. Trying again …"),
    "data-away": mark("The database cannot be reached at the moment. What you do is kept and sent again …"),
    "data-failed": mark("The server made an error, so this page may be incomplete. Reload it to try again."),
    "data-out": mark("You are signed out. Sign in in another tab: this page then goes on by itself."),
    "data-slow": mark("The server has not answered yet. Waiting …"),
}

# The theme is set before the first style sheet is read; otherwise a dark page would flash white.
# The policy of the house allows no inline scripts, so this is a file.
INDEX = f"""<!DOCTYPE html>
<html lang="{{%language%}}">
<head>
{{%metas%}}
<meta name="description" content="{{%description%}}">
<meta name="color-scheme" content="light dark">
<title>{{%title%}}</title>
<link rel="icon" href="{ROOT}/assets/icon.svg" type="image/svg+xml">
<script src="{script_address("theme", ROOT)}"></script>
{{%css%}}
</head>
<body>
{{%notice%}}
<noscript><p class="noscript">{{%noscript%}}</p></noscript>
{{%app_entry%}}
<footer>
{{%config%}}
{{%scripts%}}
{{%renderer%}}
</footer>
</body>
</html>
"""


def index_texts(notice: str = "") -> dict[str, str]:
    """The reader's language, and what the index says in it, as HTML; the notice is said above every page."""
    said = f'<aside class="notice" aria-label="{escape(text("Access"))}">{escape(notice)}</aside>' if notice else ""
    texts = {
        "language": reader_language(),
        "description": text("Probabilities of a model, live while you type."),
        "noscript": text("Likely answers while you type, and needs JavaScript for that."),
    }
    return {name: escape(each) for name, each in texts.items()} | {"notice": said}


def layout(account: str = "") -> Component:
    """The static frame; the router fills its content. `account` is the name of who signed in, or empty."""
    lines = {name: text(said) for name, said in CONNECTION_WORDS.items()}
    return html.Div(
        [
            html.A(text("Skip to the content"), href=f"#{ids.CONTENT}", className="skip"),
            # on pages with a form
            html.A(text("Skip to the values"), href=f"#{ids.FIELDS}", className="skip skip-values"),
            html.Header([_brand(), _navigation(account), _theme_button()], className="shell-head"),
            dcc.Location(id=ids.LOCATION, refresh="callback-nav"),
            html.P("", id=ids.CONNECTION, className="connection", role="status", **lines),
            html.Main(html.P(text("Opening …"), className="opening"), id=ids.CONTENT, tabIndex="-1"),
        ],
        className="shell",
        **script_sentences.attribute(),
    )


def _brand() -> Component:
    return dcc.Link([html.Span(className="brand-mark"), "Likely"], href=url.href("home"), className="brand")


def _navigation(account: str) -> Component:
    links = [
        dcc.Link(each.words, href=each.href) if each.inside else html.A(each.words, href=each.href, title=each.title)
        for each in site_links(account)
    ]
    return html.Nav(links, className="shell-nav", **{"aria-label": text("Site")})


def _theme_button() -> Component:
    return html.Button(
        html.Span(className="theme-mark"),
        id=ids.THEME,
        type="button",
        title=text("Light or dark"),
        className="theme-button",
        **{"aria-label": text("Switch between light and dark")},
    )
