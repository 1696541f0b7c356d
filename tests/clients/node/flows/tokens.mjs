// What becomes of tokens: refresh with rotation (RFC 9700 §4.14), revocation (RFC 7009), introspection (RFC 7662), codes used
// twice (RFC 6749 §4.1.2).
import assert from "node:assert/strict";
import { Party, issuer } from "../party.mjs";
import { challenged, refused } from "./expect.mjs";

const lasting = { scope: "openid profile offline_access", prompt: "consent" };
const active = async (world, token) => (await (await Party.named(world, "resource-server")).introspect(token)).active;

export default {
  async "refresh tokens turn, and what comes is about the same sign-in"(world) {
    const party = await Party.named(world, "basic");
    const { tokens, claims } = await party.signIn(lasting);
    const next = await party.refresh(tokens.refresh_token);
    assert.notEqual(next.refresh_token, tokens.refresh_token);
    assert.notEqual(next.access_token, tokens.access_token);
    const renewed = next.claims();
    if (renewed) for (const name of ["iss", "sub", "aud", "auth_time"]) assert.deepEqual(renewed[name], claims[name]);
    assert.equal((await party.userinfo(next, claims.sub)).sub, claims.sub);
    const third = await party.refresh(next.refresh_token);
    assert.equal(await active(world, third.access_token), true);
  },

  async "a refresh token used twice ends the whole family"(world) {
    const party = await Party.named(world, "basic");
    const { tokens, claims } = await party.signIn(lasting);
    const next = await party.refresh(tokens.refresh_token);
    await refused(party.refresh(tokens.refresh_token), "invalid_grant");
    await refused(party.refresh(next.refresh_token), "invalid_grant");
    await challenged(party.userinfo(next, claims.sub), "invalid_token", "bearer");
    assert.equal(await active(world, next.access_token), false);
  },

  async "a code used twice takes back what it gave"(world) {
    const party = await Party.named(world, "basic");
    const asked = await party.ask(lasting);
    const tokens = await party.redeem(asked);
    assert.equal(await active(world, tokens.access_token), true);
    await refused(party.redeem(asked), "invalid_grant");
    await challenged(party.userinfo(tokens), "invalid_token", "bearer");
    await refused(party.refresh(tokens.refresh_token), "invalid_grant");
  },

  async "a revoked access token is worth nothing"(world) {
    const party = await Party.named(world, "basic");
    const { tokens } = await party.signIn(lasting);
    await party.userinfo(tokens);
    await party.revoke(tokens.access_token);
    await challenged(party.userinfo(tokens), "invalid_token", "bearer");
    assert.equal(await active(world, tokens.access_token), false);
    await party.revoke(tokens.access_token); // RFC 7009 §2.2: no error for a token that is gone
  },

  async "a revoked refresh token takes its access tokens along"(world) {
    const party = await Party.named(world, "basic");
    const { tokens } = await party.signIn(lasting);
    await party.revoke(tokens.refresh_token);
    await refused(party.refresh(tokens.refresh_token), "invalid_grant");
    assert.equal(await active(world, tokens.access_token), false);
  },

  async "nobody revokes what is another client's"(world) {
    const [party, stranger] = [await Party.named(world, "basic"), await Party.named(world, "post")];
    const { tokens } = await party.signIn(lasting);
    await stranger.revoke(tokens.access_token).catch(() => {}); // an error or a shrug: RFC 7009 §2.1 allows both
    assert.equal(await active(world, tokens.access_token), true);
  },

  async "a resource server learns what a token is worth, and others do not"(world) {
    const [party, server] = [await Party.named(world, "basic"), await Party.named(world, "resource-server")];
    const { tokens, claims } = await party.signIn();
    const told = await server.introspect(tokens.access_token);
    assert.equal(told.active, true);
    assert.equal(told.client_id, "basic");
    assert.equal(told.iss ?? issuer(world), issuer(world));
    assert.equal(told.sub, claims.sub);
    assert.ok(told.scope.split(" ").includes("openid"));
    assert.ok(told.exp > Date.now() / 1000);
    assert.deepEqual(await server.introspect("no-token-of-anybody"), { active: false });
    const nosy = await (await Party.named(world, "post")).introspect(tokens.access_token).catch((error) => error);
    assert.ok(nosy instanceof Error || nosy.active === false, "a relying party was told of another one's token");
  },
};
