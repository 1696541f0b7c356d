// Pushed requests (RFC 9126) and signed ones (RFC 9101).
import assert from "node:assert/strict";
import { Browser } from "../browser.mjs";
import { Party, issuer } from "../party.mjs";
import { idToken, refused } from "./expect.mjs";

export default {
  async "a pushed request"(world) {
    const party = await Party.named(world, "basic");
    const { url } = await party.question({ via: "pushed" });
    assert.deepEqual([...url.searchParams.keys()].sort(), ["client_id", "request_uri"]);
    const { checks, claims } = await party.signIn({ via: "pushed" });
    idToken(claims, { issuer: issuer(world), clientId: "basic", nonce: checks.expectedNonce });
  },

  async "a pushed request is taken up once"(world) {
    const party = await Party.named(world, "basic");
    const { url } = await party.question({ via: "pushed" });
    const first = await new Browser(party.registration.redirect_uri).open(url);
    assert.equal(first.status, 200);
    const other = new Browser(party.registration.redirect_uri);
    const second = await other.open(url);
    assert.ok(second.status >= 400 && second.status < 500, `the second browser got ${second.status}`);
    assert.equal(other.answer, null, "nobody is sent to the client from a request that is not valid");
  },

  async "a signed request"(world) {
    const party = await Party.named(world, "jar");
    const { checks, claims } = await party.signIn({ via: "signed" });
    idToken(claims, { issuer: issuer(world), clientId: "jar", nonce: checks.expectedNonce });
  },

  async "a pushed request that is signed"(world) {
    const party = await Party.named(world, "jar");
    const { checks, claims } = await party.signIn({ via: "pushed and signed" });
    idToken(claims, { issuer: issuer(world), clientId: "jar", nonce: checks.expectedNonce });
  },

  async "a client that signs its requests is refused without a signature"(world) {
    const party = await Party.named(world, "jar");
    await refused(party.question({ via: "pushed" }), "invalid_request");
    const { url } = await party.question({ via: "query" });
    const browser = new Browser(party.registration.redirect_uri);
    await browser.open(url);
    if (browser.answer) assert.ok(browser.answer.searchParams.get("error"));
    else assert.ok(browser.page.status >= 400 && browser.page.status < 500);
    assert.equal(browser.form("/case/consent"), undefined, "no case was opened");
  },
};
