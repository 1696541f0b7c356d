// The `claims` parameter (OpenID Connect Core §5.5) and OpenID Connect for Identity Assurance 1.0.
import assert from "node:assert/strict";
import { Party, someone } from "../party.mjs";

const wanted = (...names) => ({ verified_claims: { verification: { trust_framework: null, time: null }, claims: Object.fromEntries(names.map((name) => [name, null])) } });

/** What was proven of the person, and nothing but what was asked. */
function proven(world, verified, names) {
  const person = someone(world);
  const known = { given_name: person.given, family_name: person.family, birthdate: person.birth_date };
  const [{ verification, claims }] = [verified].flat();
  assert.deepEqual(Object.keys(claims).sort(), [...names].sort());
  for (const name of names) assert.equal(claims[name].toLowerCase(), known[name].toLowerCase());
  assert.equal(typeof verification.trust_framework, "string");
  assert.ok(Math.abs(Date.parse(verification.time) - Date.now()) < 120_000, `proven just now, not at ${verification.time}`);
}

export default {
  async "verified claims in the ID token and from userinfo, each as asked"(world) {
    const party = await Party.named(world, "basic");
    const told = party.config.serverMetadata();
    assert.equal(told.verified_claims_supported, true);
    for (const name of ["given_name", "family_name", "birthdate"]) assert.ok(told.claims_in_verified_claims_supported.includes(name), name);
    const asked = { id_token: wanted("given_name", "family_name"), userinfo: wanted("given_name", "family_name", "birthdate") };
    const { tokens, claims } = await party.signIn({ claims: asked });
    proven(world, claims.verified_claims, ["given_name", "family_name"]);
    const info = await party.userinfo(tokens);
    proven(world, info.verified_claims, ["given_name", "family_name", "birthdate"]);
    const framework = [info.verified_claims].flat()[0].verification.trust_framework;
    assert.ok(told.trust_frameworks_supported.includes(framework), `${framework} is not in the metadata`);
  },

  async "nothing is verified for those who did not ask"(world) {
    const party = await Party.named(world, "basic");
    const { tokens, claims } = await party.signIn({ scope: "openid profile" });
    assert.ok(!("verified_claims" in claims));
    assert.ok(!("verified_claims" in (await party.userinfo(tokens))));
  },

  async "a trust framework that nobody here works by leaves the element out"(world) {
    const party = await Party.named(world, "basic");
    const asked = wanted("given_name");
    asked.verified_claims.verification.trust_framework = { value: "of_another_world" };
    const { tokens, claims } = await party.signIn({ claims: { id_token: asked, userinfo: asked } });
    assert.ok(!("verified_claims" in claims));
    assert.ok(!("verified_claims" in (await party.userinfo(tokens))));
  },
};
