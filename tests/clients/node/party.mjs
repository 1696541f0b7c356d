// A relying party made of openid-client: found by its name in world.json, and able to ask, be answered and use what it got.
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
import * as client from "openid-client";
import { Browser } from "./browser.mjs";
import { walk } from "./person.mjs";

/** Whom every flow is about: somebody whose document and directory agree. */
export const someone = (world) => world.people.find((one) => one.id === "maria-silva");

export const issuer = (world) => world.doorward.address.replace(/\/$/, "");

/** The private key of a registration, as a JWK file that the lab wrote. */
async function signingKey(registration) {
  const { alg = "ES256", kid, ...jwk } = JSON.parse(readFileSync(registration.private_jwk, "utf8"));
  const how = alg === "ES256" ? { name: "ECDSA", namedCurve: "P-256" } : { name: "RSA-PSS", hash: "SHA-256" };
  return { key: await webcrypto.subtle.importKey("jwk", jwk, how, false, ["sign"]), kid };
}

function authentication({ auth, secret }, key) {
  switch (auth) {
    case "client_secret_basic": return client.ClientSecretBasic(secret);
    case "client_secret_post": return client.ClientSecretPost(secret);
    case "private_key_jwt": return client.PrivateKeyJwt(key);
    case "none": return client.None();
    default: throw new Error(`no such way to prove a client: ${auth}`);
  }
}

export class Party {
  /** What the library exchanged with the provider, newest last: `{ path, status, dpopNonce, error }`. */
  exchanges = [];

  /** The relying party with this name; `changes` replaces parts of its registration. */
  static async named(world, name, changes = {}) {
    const found = world.relying_parties?.find((one) => one.client_id === name);
    if (!found) throw new Error(`world.json has no relying party “${name}”`);
    const party = new Party();
    party.world = world;
    party.registration = { ...found, ...changes };
    party.key = found.private_jwk && (await signingKey(found));
    const metadata = { id_token_signed_response_alg: party.alg };
    party.config = await client.discovery(new URL(issuer(world)), party.registration.client_id, metadata, authentication(party.registration, party.key), {
      // Loopback has no TLS, so the signature is what tells a genuine ID token.
      execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
      [client.customFetch]: (url, options) => party.#exchange(url, options),
    });
    return party;
  }

  /** Turns on DPoP with a new key. */
  async bind(alg = "ES256") {
    this.dpop = client.getDPoPHandle(this.config, await client.randomDPoPKeyPair(alg));
    return this;
  }

  /** The first value of a line among its further settings. */
  setting(name) {
    return this.registration.settings?.join("\n").match(new RegExp(`^${name} = \\[?"(.*?)"`, "m"))?.[1];
  }

  /** What its ID tokens are signed with. */
  get alg() {
    return this.setting("id_token_alg") ?? (this.registration.profile === "fapi2" ? "PS256" : "RS256");
  }

  get options() {
    return { DPoP: this.dpop };
  }

  async #exchange(url, options) {
    const response = await fetch(url, options);
    const body = response.status < 400 ? {} : await response.clone().json().catch(() => ({}));
    this.exchanges.push({ path: new URL(url).pathname, status: response.status, dpopNonce: response.headers.get("dpop-nonce"), error: body.error });
    return response;
  }

  /** An authorization request that was not sent yet, with what its answer is checked against. */
  async question({ via = "query", ...wishes } = {}) {
    const checks = {
      pkceCodeVerifier: client.randomPKCECodeVerifier(),
      expectedNonce: client.randomNonce(),
      expectedState: client.randomState(),
      idTokenExpected: true,
    };
    const parameters = new URLSearchParams({
      response_type: "code",
      redirect_uri: this.registration.redirect_uri,
      scope: "openid",
      login_hint: someone(this.world).login,
      nonce: checks.expectedNonce,
      state: checks.expectedState,
      code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    for (const [name, value] of Object.entries(wishes)) {
      if (value === undefined) parameters.delete(name);
      else parameters.set(name, typeof value === "object" ? JSON.stringify(value) : value);
    }
    if ("max_age" in wishes) checks.maxAge = Number(wishes.max_age);
    return { url: await this.#address(via, parameters), checks };
  }

  async #address(via, parameters) {
    switch (via) {
      case "query": return client.buildAuthorizationUrl(this.config, parameters);
      case "signed": return client.buildAuthorizationUrlWithJAR(this.config, parameters, this.key);
      case "pushed": return client.buildAuthorizationUrlWithPAR(this.config, parameters, this.options);
      case "pushed and signed": {
        const { searchParams } = await client.buildAuthorizationUrlWithJAR(this.config, parameters, this.key);
        return client.buildAuthorizationUrlWithPAR(this.config, searchParams, this.options);
      }
      default: throw new Error(`no such way to ask: ${via}`);
    }
  }

  /** Sends a person with a question; resolves with the answer and what it is checked against. */
  async ask(wishes = {}, { browser = new Browser(this.registration.redirect_uri), ...walking } = {}) {
    const { url, checks } = await this.question(wishes);
    await browser.open(url);
    const answer = await walk(browser, someone(this.world), walking);
    return { answer, checks, browser };
  }

  /** Trades the code of an answer. */
  redeem({ answer, checks }) {
    // A Request can be read once only, and some flows hand the same answer in twice.
    const current = answer instanceof URL ? answer : answer.clone();
    return client.authorizationCodeGrant(this.config, current, checks, undefined, this.options);
  }

  /** The whole way: ask, be answered, trade the code. */
  async signIn(wishes, walking) {
    const asked = await this.ask(wishes, walking);
    const tokens = await this.redeem(asked);
    return { ...asked, tokens, claims: tokens.claims() };
  }

  userinfo(tokens, subject = tokens.claims().sub) {
    return client.fetchUserInfo(this.config, tokens.access_token, subject, this.options);
  }

  refresh(token) {
    return client.refreshTokenGrant(this.config, token, undefined, this.options);
  }

  revoke(token) {
    return client.tokenRevocation(this.config, token);
  }

  introspect(token) {
    return client.tokenIntrospection(this.config, token);
  }
}
