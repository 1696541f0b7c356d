// Tokens bound to a key (RFC 9449) and the FAPI 2.0 Security Profile.
import assert from "node:assert/strict";
import { Browser } from "../browser.mjs";
import { Party, issuer } from "../party.mjs";
import { challenged, header, idToken, refused } from "./expect.mjs";

const introspect = async (world, token) => (await Party.named(world, "resource-server")).introspect(token);

/** Signs in with everything that FAPI 2.0 wants, with proofs of this algorithm. */
async function fapi(world, alg) {
  const party = await (await Party.named(world, "fapi2")).bind(alg);
  const { answer, checks, tokens, claims } = await party.signIn({ via: "pushed" });
  idToken(claims, { issuer: issuer(world), clientId: "fapi2", nonce: checks.expectedNonce });
  assert.equal(header(tokens.id_token).alg, "PS256");
  assert.equal(answer.searchParams.get("iss"), issuer(world));
  assert.equal(tokens.token_type, "dpop");
  assert.equal((await party.userinfo(tokens)).sub, claims.sub);
  const told = await introspect(world, tokens.access_token);
  assert.equal(told.cnf.jkt, await party.dpop.calculateThumbprint());
}

export default {
  async "tokens are bound to a key, and the provider hands out nonces for it"(world) {
    const party = await (await Party.named(world, "bound")).bind();
    const { tokens, claims } = await party.signIn({ scope: "openid profile offline_access", prompt: "consent" });
    const token = new URL(party.config.serverMetadata().token_endpoint).pathname;
    const [first, second] = party.exchanges.filter(({ path }) => path === token);
    assert.equal(first.error, "use_dpop_nonce");
    assert.ok(first.dpopNonce);
    assert.equal(second.status, 200);
    assert.equal(tokens.token_type, "dpop");
    assert.equal((await party.userinfo(tokens)).sub, claims.sub);
    assert.equal((await introspect(world, tokens.access_token)).token_type.toLowerCase(), "dpop");
  },

  async "a bound token is worth nothing without its key, or with another"(world) {
    const party = await (await Party.named(world, "bound")).bind();
    const { tokens, claims } = await party.signIn();
    const bearer = await Party.named(world, "bound");
    await challenged(bearer.userinfo(tokens, claims.sub), "invalid_token", "dpop").catch(() => challenged(bearer.userinfo(tokens, claims.sub), "invalid_token", "bearer"));
    const thief = await (await Party.named(world, "bound")).bind();
    await challenged(thief.userinfo(tokens, claims.sub), "invalid_token", "dpop");
  },

  async "the refresh token of a public client is bound to the same key"(world) {
    const party = await (await Party.named(world, "public")).bind();
    const { tokens } = await party.signIn({ scope: "openid offline_access", prompt: "consent" });
    const next = await party.refresh(tokens.refresh_token);
    assert.equal(next.token_type, "dpop");
    const thief = await (await Party.named(world, "public")).bind();
    await refused(thief.refresh(next.refresh_token), "invalid_grant", "invalid_dpop_proof");
  },

  async "a client whose tokens are bound gets none without a proof"(world) {
    const party = await Party.named(world, "bound");
    await refused(party.signIn(), "invalid_request", "invalid_dpop_proof", "invalid_grant");
  },

  "FAPI 2.0, with proofs by ES256": (world) => fapi(world, "ES256"),
  "FAPI 2.0, with proofs by PS256": (world) => fapi(world, "PS256"),

  async "FAPI 2.0 takes pushed requests only"(world) {
    const party = await Party.named(world, "fapi2");
    const { url } = await party.question();
    const browser = new Browser(party.registration.redirect_uri);
    await browser.open(url);
    assert.equal(browser.form("/case/consent"), undefined, "no case was opened");
    if (browser.answer) assert.equal(browser.answer.searchParams.get("error"), "invalid_request");
    else assert.ok(browser.page.status >= 400 && browser.page.status < 500);
  },

  async "FAPI 2.0 refuses an assertion by a key that is not the client's"(world) {
    const [party, stranger] = [await Party.named(world, "fapi2"), await Party.named(world, "jwt", { client_id: "fapi2" })];
    await refused(stranger.question({ via: "pushed", redirect_uri: party.registration.redirect_uri }), "invalid_client");
  },
};
