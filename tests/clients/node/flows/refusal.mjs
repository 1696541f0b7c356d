// Answers that are none: the person says no, is somebody else, or the request leads astray (RFC 6749 §4.1.2.1).
import assert from "node:assert/strict";
import { Browser } from "../browser.mjs";
import { Party, issuer } from "../party.mjs";
import { refused } from "./expect.mjs";

async function denied(world, walking, wishes) {
  const party = await Party.named(world, "basic");
  const asked = await party.ask(wishes, walking);
  const sent = asked.answer instanceof URL ? asked.answer.searchParams : new URLSearchParams(await asked.answer.clone().text());
  assert.equal(sent.get("iss"), issuer(world));
  assert.equal(sent.get("state"), asked.checks.expectedState);
  assert.equal(sent.get("code"), null);
  await refused(party.redeem(asked), "access_denied");
}

export default {
  "a person who withdraws": (world) => denied(world, { withdraws: true }),
  "a person who withdraws, told by a form": (world) => denied(world, { withdraws: true }, { response_mode: "form_post" }),
  "somebody else's document": (world) => denied(world, { outcome: "wrong-name" }),

  async "an address that was not registered is never gone to"(world) {
    const party = await Party.named(world, "basic");
    for (const change of ["/", "?more=1", "x"]) {
      const elsewhere = `${party.registration.redirect_uri}${change}`;
      const { url } = await party.question({ redirect_uri: elsewhere });
      const browser = new Browser(elsewhere);
      const page = await browser.open(url);
      assert.equal(browser.answer, null, `${elsewhere} was gone to`);
      assert.ok(page.status >= 400 && page.status < 500);
    }
  },

  async "a request without PKCE, of a type that is not there or not of OpenID Connect is told to the client"(world) {
    const told = async (name, wishes, ...errors) => {
      const party = await Party.named(world, name);
      const { url, checks } = await party.question(wishes);
      const browser = new Browser(party.registration.redirect_uri);
      await browser.open(url);
      assert.ok(browser.answer, `${JSON.stringify(wishes)} ended at ${browser.heading}`);
      // Types of response that use the fragment have their errors there too (RFC 6749 §4.2.2.1).
      const sent = new URLSearchParams(browser.answer.search || browser.answer.hash.slice(1));
      assert.ok(errors.includes(sent.get("error")), `${JSON.stringify(wishes)}: ${sent.get("error")}`);
      assert.equal(sent.get("state"), checks.expectedState);
      assert.equal(sent.get("iss"), issuer(world));
    };
    // RFC 9700 §2.1.1: nobody without a secret goes without PKCE; the others may bind the code by the nonce.
    await told("public", { code_challenge: undefined, code_challenge_method: undefined }, "invalid_request");
    await told("basic", { code_challenge_method: "plain" }, "invalid_request");
    await told("basic", { response_type: "token" }, "unsupported_response_type", "unauthorized_client");
    await told("basic", { response_type: "" }, "invalid_request");
    await told("basic", { prompt: "none login" }, "invalid_request");
    await told("basic", { request_uri: "https://client.example/request.jwt" }, "request_uri_not_supported", "invalid_request", "invalid_request_uri");
  },
};
