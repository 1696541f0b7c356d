"""The company's own system, made of the `standardwebhooks` library: what Doorward signs must verify there, and what it signs at the
lab's imitated receiver."""

import json
import threading
import time
import uuid
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urljoin

import requests
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from browser import Browser
from person import GLANCE, PATIENCE, WAITING

PATH = "/hooks/doorward"


class Receiver:
    """An endpoint as a company would write it: verifies with the library, remembers each id, acts once."""

    def __init__(self):
        self.secret, self.messages, self.refused, self.done, self.lose = None, [], [], {}, 0
        receiver = self

        class Endpoint(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = receiver.take(self.path, body, dict(self.headers))
                if status is None:  # carried out, and the answer is lost
                    self.close_connection = True
                    self.connection.close()
                    return
                text = json.dumps(answer).encode() if answer else b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}{PATH}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, path, body, headers):
        assert path == PATH
        try:
            message = Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError as error:
            self.refused.append(str(error))
            return 401, None
        headers = {name.lower(): value for name, value in headers.items()}
        self.messages.append((headers["webhook-id"], message))
        data = message["data"]
        if message["type"] == "doorward.ping":
            return 204, None
        if message["type"] == "doorward.status":
            return 200, {"status": "done" if data["id"] in self.done else "not_done"}
        if message["type"] == "doorward.undo":
            self.done.pop(data["id"], None)
            return 200, {"status": "done", "receipt": {"undone": True}}
        assert message["type"] == "doorward.call" and headers["webhook-id"] == data["id"]
        self.done[data["id"]] = self.done.get(data["id"], 0) + 1
        if self.lose:
            self.lose -= 1
            return None, None
        return 200, {"status": "done", "receipt": {"order": "BADGE-1"}}


def _badge(world):
    """Somebody has a badge made: the link, the check, the last page."""
    person = next(one for one in world["people"] if one["id"] == "maria-silva")
    api, token = world["doorward"]["api"], world["doorward"]["tokens"][0]["token"]
    wish = {"purpose": "badge", "account": person["login"], "ticket": "INC0700"}
    opened = requests.post(urljoin(api, "cases"), json=wish, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert opened.ok, opened.text
    browser, end = Browser("http://127.0.0.1:1/nowhere"), time.monotonic() + PATIENCE
    browser.open(opened.json()["link"]["url"])
    moves = [
        ("/case/consent", {}),
        ("/case/visit", {}),
        ("/verify/begin", {}),
        ("/verify/document", {"specimen": person["id"]}),
        ("/verify/selfie", {}),
        ("/verify/outcome", {"outcome": "pass"}),
        ("/verify/done", {}),
    ]
    while browser.page.state != "done":
        assert time.monotonic() < end, f"still “{browser.page.state}” after {PATIENCE} s"
        invited = next((form for form in browser.page.forms if form.path.startswith("/l/")), None)
        possible = [(form, fields) for path, fields in moves if (form := browser.form(path, fields))]
        if invited:
            browser.submit(invited)
        elif possible:
            browser.submit(*possible[0])
        else:
            assert browser.page.state in WAITING, f"the person is stuck at “{browser.page.state}” ({browser.page.heading})"
            time.sleep(GLANCE)
            browser.open(urljoin(api, "/case"))
    return person


def a_call_verifies_and_names_the_account_once(world, receiver):
    receiver.messages.clear()
    person = _badge(world)
    assert not receiver.refused, receiver.refused
    [(_, message)] = receiver.messages
    data = message["data"]
    assert message["type"] == "doorward.call" and data["name"] == world["company"]["call"]
    assert data["account"]["id"] == person["account"] and "login" not in data["account"]
    assert receiver.done[data["id"]] == 1


def a_call_whose_answer_was_lost_is_asked_about(world, receiver):
    receiver.messages.clear()
    receiver.lose = 1
    _badge(world)
    assert not receiver.refused, receiver.refused
    kinds = [message["type"] for _, message in receiver.messages]
    assert kinds == ["doorward.call", "doorward.status"], kinds
    (call, _), (question, asked) = receiver.messages
    assert asked["data"]["id"] == call and question != call
    assert receiver.done[call] == 1


def what_the_library_signs_is_taken_by_the_imitated_receiver_and_nothing_else_is(world, _receiver):
    company = world["company"]

    def post(secret, at, tampered=False):
        message, number = json.dumps({"type": "doorward.ping", "timestamp": at.isoformat(), "data": {}}), f"msg_{uuid.uuid4().hex}"
        headers = {
            "Content-Type": "application/json",
            "webhook-id": number,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(number, at, message),
        }
        body = message + " " if tampered else message
        return requests.post(urljoin(company["address"], PATH), data=body, headers=headers, timeout=30).status_code

    now = datetime.now(tz=timezone.utc)
    assert post(company["secret"], now) == 204
    assert post(company["secret"], now, tampered=True) == 401
    assert post(company["secret"], datetime.fromtimestamp(now.timestamp() - 600, tz=timezone.utc)) == 401
    assert post("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", now) == 401


ALL = [
    a_call_verifies_and_names_the_account_once,
    a_call_whose_answer_was_lost_is_asked_about,
    what_the_library_signs_is_taken_by_the_imitated_receiver_and_nothing_else_is,
]
