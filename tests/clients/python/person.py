"""What the person does between a relying party's question and its answer: agrees, shows a document and a face to the
imitated verifier, comes back, waits."""

import time
from urllib.parse import urljoin

GLANCE = 0.1  # how often a waiting person looks, in seconds
PATIENCE = 60  # and for how long
WAITING = {"starting", "reading", "comparing", "acting", "slow", "returning"}  # the pages' own names for it


def walk(browser, person, outcome="pass", withdraws=False):
    """Walks from the open page to the answer. `outcome` is what the verifier finds; `withdraws` stops at the consent."""
    moves = [
        ("/oauth2/identify", {"login": person["login"]}),
        ("/case/withdraw" if withdraws else "/case/consent", {}),
        ("/case/visit", {}),
        ("/verify/begin", {}),
        ("/verify/document", {"specimen": person["id"]}),
        ("/verify/selfie", {}),
        ("/verify/outcome", {"outcome": outcome}),
        ("/verify/done", {}),
    ]
    gateway, end = browser.page and browser.page.url, time.monotonic() + PATIENCE
    while browser.answer is None:
        page = browser.page
        assert time.monotonic() < end, f"still “{page.state}” after {PATIENCE} s"
        possible = [(form, fields) for path, fields in moves if (form := browser.form(path, fields))]
        if possible:
            browser.submit(*possible[0])
        else:
            assert page.state in WAITING, f"the person is stuck at {page.status} “{page.state}” ({page.heading})"
            time.sleep(GLANCE)
            browser.open(urljoin(gateway, "/case"))
    return browser.answer
