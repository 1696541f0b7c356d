// OpenID Connect Core and Discovery, RFC 6749, RFC 7636, RFC 9207, Form Post Response Mode.
import assert from "node:assert/strict";
import * as client from "openid-client";
import { Party, issuer, someone } from "../party.mjs";
import { header, idToken, refused } from "./expect.mjs";

/** Signs in as a client and looks at everything that came. */
async function goesThrough(world, name) {
  const party = await Party.named(world, name);
  const { answer, checks, tokens, claims } = await party.signIn({ scope: "openid profile" });
  idToken(claims, { issuer: issuer(world), clientId: name, nonce: checks.expectedNonce });
  assert.equal(header(tokens.id_token).alg, party.alg);
  assert.ok(header(tokens.id_token).kid);
  assert.equal(answer.searchParams.get("iss"), issuer(world));
  assert.equal(answer.searchParams.get("state"), checks.expectedState);
  assert.equal(tokens.token_type, "bearer");
  assert.ok(tokens.expiresIn() > 0);
  if (!party.setting("refresh")) assert.equal(tokens.refresh_token, undefined, "this client was promised no refresh tokens");
  const info = await party.userinfo(tokens);
  assert.equal(info.preferred_username, someone(world).login);
}

export default {
  async "discovery tells what there is"(world) {
    const { config } = await Party.named(world, "basic");
    const told = config.serverMetadata();
    assert.equal(told.issuer, issuer(world));
    assert.deepEqual(told.response_types_supported, ["code"]);
    assert.deepEqual(told.code_challenge_methods_supported, ["S256"]);
    for (const mode of ["query", "form_post"]) assert.ok(told.response_modes_supported.includes(mode), mode);
    for (const way of ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]) assert.ok(told.token_endpoint_auth_methods_supported.includes(way), way);
    for (const grant of ["authorization_code", "refresh_token"]) assert.ok(told.grant_types_supported.includes(grant), grant);
    for (const alg of ["RS256", "ES256", "PS256", "EdDSA"]) assert.ok(told.id_token_signing_alg_values_supported.includes(alg), alg);
    assert.ok(!told.id_token_signing_alg_values_supported.includes("none"));
    assert.equal(told.authorization_response_iss_parameter_supported, true);
    assert.equal(told.claims_parameter_supported, true);
    assert.equal(told.request_parameter_supported, true);
    const plain = await client.discovery(new URL(issuer(world)), "basic", undefined, client.None(), { algorithm: "oauth2", execute: [client.allowInsecureRequests] });
    assert.equal(plain.serverMetadata().token_endpoint, told.token_endpoint, "RFC 8414 tells the same");
  },

  "code with the secret in the header": (world) => goesThrough(world, "basic"),
  "code with the secret in the body": (world) => goesThrough(world, "post"),
  "code with a signed assertion": (world) => goesThrough(world, "jwt"),
  "code as a public client": (world) => goesThrough(world, "public"),

  async "the answer comes by a form that posts itself"(world) {
    const party = await Party.named(world, "basic");
    const { answer, checks, claims } = await party.signIn({ response_mode: "form_post" });
    assert.ok(answer instanceof Request);
    const sent = new URLSearchParams(await answer.text());
    assert.deepEqual([...sent.keys()].sort(), ["code", "iss", "state"]);
    assert.equal(sent.get("iss"), issuer(world));
    idToken(claims, { issuer: issuer(world), clientId: "basic", nonce: checks.expectedNonce });
  },

  async "one person is the same subject for two clients, and another one for a pairwise client"(world) {
    const subject = async (name) => (await (await Party.named(world, name)).signIn()).claims.sub;
    const [basic, post, pairwise, again] = [await subject("basic"), await subject("post"), await subject("pairwise"), await subject("pairwise")];
    assert.equal(basic, post);
    assert.notEqual(pairwise, basic);
    assert.equal(pairwise, again);
  },

  async "a person who was not named says who they are"(world) {
    const party = await Party.named(world, "basic");
    const named = await party.signIn();
    const { claims } = await party.signIn({ login_hint: undefined, prompt: "login" }, {});
    assert.equal(claims.sub, named.claims.sub);
  },

  async "a wrong secret, a wrong verifier and a wrong redirect address are refused"(world) {
    const party = await Party.named(world, "basic");
    const stranger = await Party.named(world, "basic", { secret: "not-the-secret-of-this-client-at-all" });
    const first = await party.ask();
    await refused(stranger.redeem(first), "invalid_client");
    const second = await party.ask();
    await refused(party.redeem({ ...second, checks: { ...second.checks, pkceCodeVerifier: client.randomPKCECodeVerifier() } }), "invalid_grant");
    const third = await party.ask();
    const elsewhere = new URL(third.answer);
    elsewhere.port = "2";
    await refused(party.redeem({ ...third, answer: elsewhere }), "invalid_grant");
  },

  async "a code of one client is worth nothing to another"(world) {
    const [basic, post] = [await Party.named(world, "basic"), await Party.named(world, "post", { redirect_uri: undefined })];
    await refused(post.redeem(await basic.ask()), "invalid_grant");
  },
};
