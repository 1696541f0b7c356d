"""A browser without scripts, played by a script: cookies, redirects, forms. It stops where the answer to a relying party
leaves for the party's own address, because nobody listens there."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests

MOST_REDIRECTS = 20  # browsers give up about here


@dataclass
class Form:
    action: str
    post: bool
    names: set = field(default_factory=set)
    fields: dict = field(default_factory=dict)

    @property
    def path(self):
        return urlsplit(self.action).path


class Page(HTMLParser):
    """What a page says of itself, and its forms with what they would send if nothing were filled in."""

    def __init__(self, url, status, html):
        super().__init__()
        self.url, self.status, self.state, self.heading, self.forms = url, status, None, "", []
        self._form, self._in_heading = None, False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        if tag == "body":
            self.state = of.get("data-state")
        elif tag == "h1":
            self._in_heading = True
        elif tag == "form":
            self._form = Form(urljoin(self.url, of.get("action", "")), of.get("method", "get").lower() == "post")
            self.forms.append(self._form)
        elif tag in ("input", "button") and self._form and "name" in of and of.get("type") != "file":
            self._form.names.add(of["name"])
            if of.get("type") not in ("radio", "checkbox") or "checked" in of:
                self._form.fields[of["name"]] = of.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "h1":
            self._in_heading = False

    def handle_data(self, text):
        if self._in_heading:
            self.heading += text.strip()


class Browser:
    """`page` is the open page; `answer` is what left for the relying party, as its parameters."""

    def __init__(self, callback):
        self.callback, self.page, self.answer, self.posted, self.address = callback, None, None, False, None
        self._cookies = {}  # by host, name and path, as browsers do: ports share them

    def open(self, url, fields=None):
        """Opens an address, with a body if `fields` are given, and follows where it leads."""
        origin = self.page and self._origin(self.page.url)
        self.page = self.answer = None
        for _ in range(MOST_REDIRECTS):
            if self._is_callback(url):
                self.answer, self.posted, self.address = dict(parse_qsl(urlsplit(url).query)), False, url
                return
            site = "none" if not origin else "same-origin" if origin == self._origin(url) else "same-site"
            headers = {"Accept": "text/html", "Accept-Language": "en", "Sec-Fetch-Site": site, "Cookie": self._sent(url)}
            if fields is not None:
                headers["Origin"] = origin or "null"
            response = requests.request("GET" if fields is None else "POST", url, data=fields, headers=headers, allow_redirects=False, timeout=30)
            self._keep(url, response)
            if response.is_redirect:
                assert fields is None or response.status_code < 307, "a form must not be sent on to another address"
                url, fields = urljoin(url, response.headers["Location"]), None
                continue
            self.page = Page(url, response.status_code, response.text)
            for form in self.page.forms:
                if self._is_callback(form.action):
                    self.answer, self.posted, self.address = form.fields, True, form.action
            return
        raise AssertionError(f"redirects without end at {self._origin(url)}")

    def form(self, path, fields=()):
        """The form with this path that takes these fields."""
        forms = self.page.forms if self.page else []
        return next((form for form in forms if form.path == path and set(fields) <= form.names), None)

    def submit(self, form, fields=None):
        """Fills a form in and sends it."""
        sent = {**form.fields, **(fields or {})}
        if form.post:
            self.open(form.action, sent)
        else:
            self.open(f"{form.action}?{urlencode(sent)}")

    def _is_callback(self, url):
        return urlsplit(url)[:3] == urlsplit(self.callback)[:3]

    @staticmethod
    def _origin(url):
        return "{0.scheme}://{0.netloc}".format(urlsplit(url))

    def _sent(self, url):
        at = urlsplit(url)
        fitting = [(name, value) for (host, name, path), value in self._cookies.items() if host == at.hostname and at.path.startswith(path)]
        return "; ".join(f"{name}={value}" for name, value in fitting)

    def _keep(self, url, response):
        for line in response.raw.headers.getlist("Set-Cookie"):
            for name, cookie in SimpleCookie(line).items():
                key = (urlsplit(url).hostname, name, cookie["path"] or "/")
                self._cookies.pop(key, None)
                if cookie["max-age"] != "0" and "1970" not in cookie["expires"]:
                    self._cookies[key] = cookie.value
