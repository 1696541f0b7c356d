"""A receiver of what becomes of cases, made of the `standardwebhooks` library: every message must verify there, tell what happened, and
come again under the same id if it was not taken."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urljoin

import requests
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

PATIENCE = 120


class Receiver:
    """Verifies with the library and remembers; refuses as many as it is told to."""

    def __init__(self):
        self.secret, self.messages, self.refused, self.fail = None, [], [], 0
        receiver = self

        class Endpoint(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(receiver.take(body, dict(self.headers)))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}/hooks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, body, headers):
        try:
            message = Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError as error:
            self.refused.append(str(error))
            return 401
        number = next(value for name, value in headers.items() if name.lower() == "webhook-id")
        self.messages.append((number, message))
        if self.fail:
            self.fail -= 1
            return 500
        return 204

    def about(self, ticket):
        """What was heard of a ticket."""
        return [(number, told) for number, told in list(self.messages) if told["data"]["case"]["ticket"] == ticket]


def _call(world, method, path, **more):
    api, token = world["doorward"]["api"], world["doorward"]["tokens"][0]["token"]
    answer = requests.request(method, urljoin(api, path), headers={"Authorization": f"Bearer {token}"}, timeout=30, **more)
    assert answer.ok, answer.text
    return answer.json()


def _opened(world, ticket):
    login = next(one for one in world["people"] if one["id"] == "maria-silva")["login"]
    return _call(world, "POST", "cases", json={"purpose": "recover", "account": login, "ticket": ticket})


def _until(holds, what):
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


def what_becomes_of_a_case_verifies_and_names_its_ticket(world, receiver):
    case = _opened(world, "PY0001")
    _call(world, "POST", f"cases/{case['id']}/cancel")
    _until(lambda: len(receiver.about("PY0001")) == 2, "two messages")
    assert not receiver.refused, receiver.refused
    told = {message["type"]: message["data"]["case"] for _, message in receiver.about("PY0001")}
    assert set(told) == {"case.opened", "case.closed"}, told
    assert told["case.closed"]["id"] == case["id"] and told["case.closed"]["end"] == "withdrawn", told


def a_message_that_is_not_taken_comes_again_under_its_id(world, receiver):
    receiver.fail = 1
    _opened(world, "PY0002")
    _until(lambda: len(receiver.about("PY0002")) == 2, "a second time")
    (first, one), (second, other) = receiver.about("PY0002")
    assert first == second and one == other
    _until(lambda: _call(world, "GET", f"deliveries/{first}")["state"] == "delivered", "delivered")
    assert [attempt["status"] for attempt in _call(world, "GET", f"deliveries/{first}")["attempts"]] == [500, 204]


def a_message_is_sent_once_more_when_somebody_asks_for_it(world, receiver):
    _opened(world, "PY0003")
    _until(lambda: receiver.about("PY0003"), "a message")
    number = receiver.about("PY0003")[0][0]
    _until(lambda: _call(world, "GET", f"deliveries/{number}")["state"] == "delivered", "delivered")
    _call(world, "POST", f"deliveries/{number}/replay")
    _until(lambda: len(receiver.about("PY0003")) == 2, "once more")
    assert {heard for heard, _ in receiver.about("PY0003")} == {number}
    assert not receiver.refused, receiver.refused


ALL = [
    what_becomes_of_a_case_verifies_and_names_its_ticket,
    a_message_that_is_not_taken_comes_again_under_its_id,
    a_message_is_sent_once_more_when_somebody_asks_for_it,
]
