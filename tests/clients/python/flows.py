"""Every flow that Authlib can go through. The names say what must hold."""

from datetime import datetime, timezone
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.integrations.base_client import OAuthError

from browser import Browser
from party import Party

LASTING = {"scope": "openid profile offline_access", "prompt": "consent"}


def refused(attempt, *errors):
    """The provider refuses with one of these OAuth errors."""
    try:
        attempt()
    except OAuthError as error:
        assert error.error in errors, f"{errors} was expected, not {error.error}"
        return
    raise AssertionError(f"{errors} was expected, and nothing was refused")


def active(world, token):
    return Party(world, "resource-server").introspect(token).json()["active"]


def _signs_in(world, name, **wishes):
    party = Party(world, name)
    browser, tokens, claims = party.sign_in(scope="openid profile", **wishes)
    assert tokens["token_type"].lower() == "bearer"
    assert browser.posted == ("response_mode" in wishes)
    info = party.userinfo().json()
    assert info["sub"] == claims["sub"]
    assert info["preferred_username"] == party.person["login"]


def code_with_the_secret_in_the_header(world):
    _signs_in(world, "basic")


def code_with_the_secret_in_the_body(world):
    _signs_in(world, "post")


def code_with_a_signed_assertion(world):
    _signs_in(world, "jwt")


def code_as_a_public_client(world):
    _signs_in(world, "public")


def code_for_a_client_that_sees_subjects_of_its_own(world):
    _signs_in(world, "pairwise")


def the_answer_comes_by_a_form_that_posts_itself(world):
    _signs_in(world, "basic", response_mode="form_post")


def a_pushed_request(world):
    party = Party(world, "jwt")
    url, checks = party.question()
    pushed = party.push(dict(parse_qsl(urlsplit(url).query)))
    assert pushed.status_code == 201, pushed.text
    short = {"client_id": "jwt", "request_uri": pushed.json()["request_uri"]}
    browser = party.send(f"{party.metadata['authorization_endpoint']}?{urlencode(short)}")
    party.redeem(browser, checks)


def a_signed_request(world):
    party = Party(world, "jar")
    url, checks = party.question()
    signed = party.signed(dict(parse_qsl(urlsplit(url).query)))
    browser = party.send(f"{party.metadata['authorization_endpoint']}?{urlencode(signed)}")
    party.redeem(browser, checks)


def a_signed_request_that_was_changed_opens_nothing(world):
    party = Party(world, "jar")
    url, _ = party.question()
    signed = party.signed(dict(parse_qsl(urlsplit(url).query)))
    head, body, signature = signed["request"].split(".")
    signed["request"] = ".".join([head, body[:-2] + ("AA" if body[-2:] != "AA" else "BB"), signature])
    browser = Browser(party.registration["redirect_uri"])
    browser.open(f"{party.metadata['authorization_endpoint']}?{urlencode(signed)}")
    assert browser.form("/case/consent") is None
    assert browser.answer is None or "error" in browser.answer


def verified_claims_as_asked(world):
    party = Party(world, "basic")
    names = ["given_name", "family_name", "birthdate"]
    wanted = {"verified_claims": {"verification": {"trust_framework": None, "time": None}, "claims": dict.fromkeys(names)}}
    _, _, claims = party.sign_in(claims={"id_token": wanted, "userinfo": wanted})
    person = party.person
    for found in (claims["verified_claims"], party.userinfo().json()["verified_claims"]):
        verified = found[0] if isinstance(found, list) else found
        told = {name: value.casefold() for name, value in verified["claims"].items()}
        assert told == {"given_name": person["given"].casefold(), "family_name": person["family"].casefold(), "birthdate": person["birth_date"]}
        assert verified["verification"]["trust_framework"] in party.metadata["trust_frameworks_supported"]
        age = datetime.now(timezone.utc) - datetime.fromisoformat(verified["verification"]["time"])
        assert abs(age.total_seconds()) < 120


def refresh_tokens_turn_and_a_used_one_ends_the_family(world):
    party = Party(world, "basic")
    _, tokens, claims = party.sign_in(**LASTING)
    first = tokens["refresh_token"]
    second = party.refresh(first)
    assert second["refresh_token"] != first
    assert party.userinfo(second["access_token"]).json()["sub"] == claims["sub"]
    refused(lambda: party.refresh(first), "invalid_grant")
    refused(lambda: party.refresh(second["refresh_token"]), "invalid_grant")
    assert party.userinfo(second["access_token"]).status_code == 401


def a_code_used_twice_takes_back_what_it_gave(world):
    party = Party(world, "basic")
    url, checks = party.question()
    browser = party.send(url)
    tokens, _ = party.redeem(browser, checks)
    access = tokens["access_token"]
    assert party.userinfo(access).status_code == 200
    refused(lambda: party.redeem(browser, checks), "invalid_grant")
    assert party.userinfo(access).status_code == 401


def revoked_tokens_are_worth_nothing(world):
    party = Party(world, "basic")
    _, tokens, _ = party.sign_in(**LASTING)
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    assert active(world, access)
    assert party.revoke(access).status_code == 200
    assert not active(world, access)
    assert party.revoke(refresh).status_code == 200
    refused(lambda: party.refresh(refresh), "invalid_grant")


def a_resource_server_learns_what_a_token_is_worth(world):
    party = Party(world, "post")
    _, tokens, claims = party.sign_in()
    told = Party(world, "resource-server").introspect(tokens["access_token"]).json()
    assert told["active"] and told["client_id"] == "post" and told["sub"] == claims["sub"]
    assert Party(world, "resource-server").introspect("no-token-of-anybody").json() == {"active": False}


def a_wrong_secret_and_a_wrong_verifier_are_refused(world):
    party = Party(world, "post")
    stranger = Party(world, "post", secret="not-the-secret-of-this-client-at-all")
    url, checks = party.question()
    browser = party.send(url)
    refused(lambda: stranger.redeem(browser, checks), "invalid_client")
    url, checks = party.question()
    browser = party.send(url)
    refused(lambda: party.redeem(browser, {**checks, "code_verifier": "x" * 64}), "invalid_grant")


def a_person_who_withdraws_or_is_somebody_else_is_told_as_denied(world):
    party = Party(world, "basic")
    for walking in ({"withdraws": True}, {"outcome": "wrong-name"}):
        url, checks = party.question()
        answer = party.send(url, **walking).answer
        assert answer["error"] == "access_denied" and "code" not in answer
        assert answer["state"] == checks["state"] and answer["iss"] == party.issuer


def nobody_is_asked_where_nobody_may_be_asked(world):
    party = Party(world, "basic")
    browser = Browser(party.registration["redirect_uri"])
    browser.open(party.question(prompt="none")[0])
    assert browser.answer["error"] == "login_required"


NOT_FLOWS = {"refused", "active"}
ALL = [it for name, it in list(globals().items()) if getattr(it, "__module__", "") == __name__ and name[0] != "_" and name not in NOT_FLOWS]
