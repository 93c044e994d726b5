"""What somebody typed stays words in a real browser: no link, image, script, formula, colour or
face comes of it, and no request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from analytics.desk import Desk
from analytics.desk.access import ACTIONS
from analytics.home import Home
from analytics.model import Filters, Period
from analytics.people import Account, Attachment, Note, Objection, Talk
from dashboard import PAGES
from tests.browser.conftest import Visit, serving
from tests.browser.literal_words import PLACES
from tests.conftest import ROOT, load_text, load_tiny

SLOW = 180_000  # milliseconds that a busy machine is given; an idle one takes a few thousand

# Of every place: what elements it is made of (but the empty ones that keep marks apart), and its
# words.
SHAPE = """() => Object.fromEntries(
  [...document.querySelectorAll('[class*=st-key-place-]')].map(place => [
  [...place.classList].find(name => name.startsWith('st-key-place-')).slice(13),
  [[...place.querySelectorAll('*')].filter(one => one.tagName != 'SPAN' || one.children.length
    || one.textContent || one.className).map(one => one.tagName).join(' '), place.textContent]]))"""

# Streamlit fetches the code of some elements when they are first met: until then their places are
# empty.
DRAWN = """count => { const places = [...document.querySelectorAll('[class*=st-key-place-]')];
  return places.length == count && places.every(place => place.textContent)
    && !document.querySelector('[data-testid=stSkeleton]'); }"""


def test_no_words_make_elements_in_any_context_that_is_drawn_as_markdown(browser, tmp_path):
    """A place filled with hostile words is made of the same elements as one filled with plain
    words."""
    script = str(ROOT / "tests" / "browser" / "literal_words.py")
    with serving(tmp_path / "home", script=script) as base:
        visit = Visit(browser, base, locale="zh-CN")
        visit.page.goto(base, timeout=SLOW)
        count = sum(map(len, PLACES.values()))
        visit.page.wait_for_function(DRAWN, arg=count, timeout=SLOW, polling=200)
        shapes = visit.page.evaluate(SHAPE)
        wrong = []
        for context, payloads in PLACES.items():
            for kind, words in payloads.items():
                elements, text = shapes[f"{context}-{kind}"]
                if elements != shapes[f"{context}-plain"][0] or " ".join(words.split()) not in text:
                    wrong.append((context, kind, elements, text))
        assert wrong == []
        assert visit.page.evaluate("window.hit ?? null") is None
        assert visit.foreign == []
        visit.context.close()


EVIL = [
    "安http://evil.example/www.evil.example a@evil.example",
    "![i](http://evil.example/i.png)<img src=x onerror=window.hit=1>",
    ":red[r] :red $x^2$ :smile: **b** `c` [l](http://evil.example)",
]
TEAM, BRANCH, PRODUCT = (
    "东www.evil.example $x$",
    "![b](http://evil.example/b.png)",
    ":red[寿险] http://evil.example",
)
SCHEME, BOSS = "[s](http://evil.example) www.evil.example :red[s]", "boss@evil.example"
APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))

# Whatever the page holds beyond what the app itself makes; the reader's own links lead to the app.
MADE = """base => ({
  links: [...document.querySelectorAll('a[href]')].map(one => one.href)
    .filter(href => !href.startsWith(base)),
  images: [...document.querySelectorAll('img')].map(one => one.src)
    .filter(src => src.includes('evil')),
  formulas: document.querySelectorAll(
    '.katex, .stMarkdownColoredText, .stMarkdownBadge, .stMarkdownColoredBackground').length,
  faces: [...document.querySelectorAll('[data-testid=stMarkdownContainer]')]
    .filter(one => /😄|👍/u.test(one.textContent)).length,
  strong: [...document.querySelectorAll(
    '[data-testid=stMarkdownContainer] :is(strong, em, code)')]
    .filter(one => ['b', 'c'].includes(one.textContent)).length,
  hit: window.hit ?? null,
})"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Iterator[str]:
    """The tiny company, in which everything that has a name has a hostile one; served to its one
    user."""
    folder = tmp_path_factory.mktemp("hostile")
    home = Home(folder / "home")
    load_tiny(home, folder)
    rows = "".join(
        f'{agent},"{name}","{TEAM}","{BRANCH}"\n'
        for agent, name in zip(("A1", "B2", "C3"), EVIL, strict=True)
    )
    load_text(home, folder, "agents", f"工号,姓名,团队,机构\n{rows}")
    home.change_settings({"grace_by_product": {PRODUCT: 30, "寿险": 0}})
    home.state.accounts.save(
        [
            Account(BOSS, "admin", name=EVIL[2]),
            Account("x@evil.example", "manager", name=EVIL[0], teams=(TEAM,)),
        ],
        "local",
    )
    desk = Desk(home, BOSS)
    official = desk.scheme(APRIL)
    desk.save_scheme(
        replace(
            official,
            name=SCHEME,
            label=None,
            author=BOSS,
            reason=EVIL[1],
            company_goal=EVIL[2],
            purpose="lift",
        )
    )
    desk.adopt_scheme(SCHEME, None, APRIL.first, EVIL[0])
    desk.save_market("renewal_rate", 0.7, EVIL[1])
    for name in EVIL:
        desk.write_note(Note("A1", APRIL.first, APRIL.last, "comment", name))
    desk.save_talk(
        Talk("A1", reason=EVIL[0], action=EVIL[1], owner=BOSS, first=APRIL.first, last=APRIL.last)
    )
    made = Desk(home, "x@evil.example").make_objection(
        Objection(
            "A1",
            APRIL.first,
            APRIL.last,
            "record",
            "data_wrong",
            EVIL[1],
            policy_id="P5",
            proposal={"exclusion": EVIL[2]},
        ),
        Attachment(f"{EVIL[0].replace('/', '-')}.txt", b"x"),
    )
    desk.answer(made, "partly", EVIL[1])
    desk.close_sheets(Filters(APRIL), ["B2"])
    desk.publish(APRIL)
    home.close()
    with serving(folder / "home") as base:
        yield base


def test_hostile_names_of_everything_stay_words_on_every_page(browser, hostile):
    visit = Visit(browser, hostile, locale="zh-CN")
    visit.page.set_default_timeout(SLOW)
    visit.patience = SLOW / 1000
    visit.open()
    seen = ""
    for _, address, _, asked, *_ in PAGES:
        if "admin" not in ACTIONS[asked]:
            continue
        visit.settle()
        if (
            address != "overview"
        ):  # by the page's own link: a whole new visit takes ten times as long
            visit.go(address)
        # What is folded stands in the page only once it was unfolded.
        visit.page.evaluate(
            "document.querySelectorAll('main details:not([open]) > summary').forEach(one "
            "=> one.click())"
        )
        visit.settle()
        made = visit.page.evaluate(MADE, hostile)
        assert made == {
            "links": [],
            "images": [],
            "formulas": 0,
            "faces": 0,
            "strong": 0,
            "hit": None,
        }, address
        seen += visit.page.evaluate("document.querySelector('[data-testid=stMain]').textContent")
    assert visit.foreign == []
    for words in (SCHEME, BOSS, TEAM, BRANCH, PRODUCT, *EVIL):
        assert words in seen
    visit.context.close()
