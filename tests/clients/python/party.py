"""A relying party made of Authlib: found by its name in world.json, and able to ask, be answered and use what it got."""

import json
import re
import time
from pathlib import Path

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from browser import Browser
from person import walk

VERIFIER_LENGTH = 64  # RFC 7636 §4.1 allows 43 to 128
CLIENT_KEYS = "ES256"  # what the lab makes keys for
ALL = ["RS256", "PS256", "ES256", "EdDSA"]


class Party:
    """One of `relying_parties`; `changes` replaces parts of its registration."""

    def __init__(self, world, name, **changes):
        found = next(one for one in world["relying_parties"] if one["client_id"] == name)
        self.world, self.registration = world, {**found, **changes}
        self.person = next(one for one in world["people"] if one["id"] == "maria-silva")
        self.issuer = world["doorward"]["address"].rstrip("/")
        self.metadata = requests.get(f"{self.issuer}/.well-known/openid-configuration", timeout=30).json()
        assert self.metadata["issuer"] == self.issuer
        auth = self.registration["auth"]
        self.session = OAuth2Session(
            self.registration["client_id"],
            self.registration.get("secret"),
            token_endpoint_auth_method=auth,
            revocation_endpoint_auth_method=auth,
            redirect_uri=self.registration["redirect_uri"],
            code_challenge_method="S256",
            default_timeout=30,
        )
        if self.registration.get("private_jwk"):
            self.key = ECKey.import_key(json.loads(Path(self.registration["private_jwk"]).read_text()))
        if auth == "private_key_jwt":
            self.session.client_secret = self.key
            method = PrivateKeyJWT(self.metadata["token_endpoint"], headers={"kid": self.key.kid}, alg=CLIENT_KEYS)
            self.session.register_client_auth_method(method)

    def setting(self, name):
        """The first value of a line among its further settings."""
        found = re.search(rf'^{name} = \[?"(.*?)"', "\n".join(self.registration.get("settings", [])), re.M)
        return found and found[1]

    @property
    def alg(self):
        """What its ID tokens are signed with."""
        return self.setting("id_token_alg") or ("PS256" if self.registration["profile"] == "fapi2" else "RS256")

    def question(self, **wishes):
        """An authorization request that was not sent yet, with what its answer is checked against."""
        checks = {"nonce": generate_token(), "code_verifier": generate_token(VERIFIER_LENGTH), "max_age": wishes.get("max_age")}
        parameters = {"scope": "openid", "login_hint": self.person["login"], "nonce": checks["nonce"], **wishes}
        url, checks["state"] = self.session.create_authorization_url(
            self.metadata["authorization_endpoint"],
            code_verifier=checks["code_verifier"],
            **{name: json.dumps(value) if isinstance(value, dict) else value for name, value in parameters.items() if value is not None},
        )
        return url, checks

    def signed(self, parameters):
        """The same request as a signed object (RFC 9101)."""
        now = int(time.time())
        claims = {**parameters, "iss": self.session.client_id, "aud": self.issuer, "iat": now, "nbf": now, "exp": now + 60, "jti": generate_token()}
        request = jwt.encode({"alg": CLIENT_KEYS, "kid": self.key.kid, "typ": "oauth-authz-req+jwt"}, claims, self.key)
        return {"client_id": self.session.client_id, "request": request}

    def push(self, parameters):
        """Pushes a request (RFC 9126); the client proves itself as it does for tokens."""
        auth = self.session.client_auth(self.session.token_endpoint_auth_method)
        return self.session.post(self.metadata["pushed_authorization_request_endpoint"], data=parameters, auth=auth)

    def send(self, url, browser=None, **walking):
        """Sends a person to the provider; returns the browser with the answer."""
        browser = browser or Browser(self.registration["redirect_uri"])
        browser.open(url)
        walk(browser, self.person, **walking)
        return browser

    def redeem(self, browser, checks):
        """Looks at the answer, then trades its code and checks the ID token."""
        answer = browser.answer
        assert answer.get("iss") == self.issuer, "RFC 9207: the answer must say whose it is"
        assert answer.get("state") == checks["state"]
        assert "error" not in answer, answer
        tokens = self.session.fetch_token(self.metadata["token_endpoint"], grant_type="authorization_code", code=answer["code"], code_verifier=checks["code_verifier"])
        return tokens, self.id_token(tokens, checks)

    def id_token(self, tokens, checks):
        """The claims of an ID token: signature, algorithm, issuer, audience, times, nonce, at_hash."""
        keys = KeySet.import_key_set(requests.get(self.metadata["jwks_uri"], timeout=30).json())
        token = jwt.decode(tokens["id_token"], keys, algorithms=ALL)
        assert token.header["alg"] == self.alg
        options = {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self.session.client_id}}
        params = {"nonce": checks["nonce"], "client_id": self.session.client_id, "access_token": tokens["access_token"], "max_age": checks.get("max_age")}
        claims = CodeIDToken(token.claims, token.header, options, params)
        claims.validate(leeway=5)
        return claims

    def sign_in(self, browser=None, walking=None, **wishes):
        """The whole way: ask, be answered, trade the code."""
        url, checks = self.question(**wishes)
        browser = self.send(url, browser, **(walking or {}))
        return (browser, *self.redeem(browser, checks))

    def userinfo(self, access_token=None):
        headers = {"Authorization": f"Bearer {access_token or self.session.token['access_token']}"}
        return requests.get(self.metadata["userinfo_endpoint"], headers=headers, timeout=30)

    def refresh(self, refresh_token):
        return dict(self.session.refresh_token(self.metadata["token_endpoint"], refresh_token=refresh_token))

    def revoke(self, token):
        return self.session.revoke_token(self.metadata["revocation_endpoint"], token=token)

    def introspect(self, token):
        return self.session.introspect_token(self.metadata["introspection_endpoint"], token=token)
