// Answers that were tampered with, made of a genuine one: the library must refuse each, or it would let anybody in. That it
// takes the genuine one under the same conditions is what makes each refusal tell something.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { someone } from "../party.mjs";
import { answered, provider } from "../provider.mjs";

const NEVER = "mallory@example.com";
const LIFE = 5 * 60_000; // of a statement, at the longest

let kept;
/** A genuine answer, and the requests that wait for it. One is enough for all: each flow judges it afresh. */
function genuine(world) {
  kept ??= (async () => {
    const party = await provider(world);
    const fields = await answered(world, party);
    return { xml: Buffer.from(fields.SAMLResponse, "base64").toString("utf8"), waiting: [...party.waiting] };
  })();
  return kept;
}

/** What the library makes of an answer, with the genuine request waiting. */
async function judged(world, xml, { waits = true, ...changes } = {}) {
  const { waiting } = await genuine(world);
  const party = await provider(world, changes);
  if (waits) for (const [id, value] of waiting) party.waiting.set(id, value);
  return party.saml.validatePostResponseAsync({ SAMLResponse: Buffer.from(xml).toString("base64") });
}

/** The genuine answer is taken, the changed one is not. */
async function forged(world, change) {
  const { xml } = await genuine(world);
  const { profile } = await judged(world, xml);
  assert.equal(profile.nameID, someone(world).login);
  const changed = change(xml, parts(xml));
  assert.notEqual(changed, xml);
  await assert.rejects(judged(world, changed));
}

function parts(xml) {
  const assertion = xml.match(/<saml:Assertion [\s\S]*<\/saml:Assertion>/)[0];
  const [outer, inner] = [...xml.matchAll(/<ds:Signature [\s\S]*?<\/ds:Signature>/g)].map(([text]) => text);
  const evil = assertion.replace(inner, "").replace(/ ID="[^"]+"/, ' ID="_evil"').replace(/(<saml:NameID[^>]*>)[^<]+/, `$1${NEVER}`);
  return { assertion, outer, inner, evil };
}

/** The genuine answer is taken, but not by somebody whom it is not for. */
async function notFor(world, changes, why) {
  const { xml } = await genuine(world);
  await judged(world, xml);
  await assert.rejects(judged(world, xml, changes), why);
}

export default {
  "another name": (world) => forged(world, (xml) => xml.replace(/(<saml:NameID[^>]*>)[^<]+/, `$1${NEVER}`)),
  "another attribute": (world) => forged(world, (xml) => xml.replace(/(Name="Username"[^>]*><saml:AttributeValue>)[^<]+/, `$1${NEVER}`)),
  "another end": (world) => forged(world, (xml) => xml.replaceAll(/NotOnOrAfter="\d+/g, 'NotOnOrAfter="2099')),
  "no signature at all": (world) => forged(world, (xml, { outer, inner }) => xml.replace(outer, "").replace(inner, "")),
  "no signature of the answer": (world) => forged(world, (xml, { outer }) => xml.replace(outer, "")),
  "no signature of the statement": (world) => forged(world, (xml, { inner }) => xml.replace(inner, "")),

  // Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (2012).
  "wrapped: another statement before the signed one": (world) => forged(world, (xml, { assertion, evil }) => xml.replace(assertion, evil + assertion)),
  "wrapped: another statement behind the signed one": (world) => forged(world, (xml, { assertion, evil }) => xml.replace(assertion, assertion + evil)),
  "wrapped: the signed statement within another": (world) =>
    forged(world, (xml, { assertion, evil }) => xml.replace(assertion, evil.replace("</saml:Issuer>", `</saml:Issuer>${assertion}`))),
  "wrapped: the signed statement within its own signature": (world) =>
    forged(world, (xml, { assertion, inner, evil }) => {
      const holding = inner.replace("</ds:Signature>", `<ds:Object>${assertion.replace(inner, "")}</ds:Object></ds:Signature>`);
      return xml.replace(assertion, evil.replace("</saml:Issuer>", `</saml:Issuer>${holding}`));
    }),
  "wrapped: the signed answer within another": (world) =>
    forged(world, (xml, { assertion, outer, evil }) => {
      const shell = xml.replace(outer, "").replace(assertion, evil).replace(/ ID="[^"]+"/, ' ID="_shell"');
      return shell.replace("</saml:Issuer>", `</saml:Issuer><samlp:Extensions>${xml}</samlp:Extensions>`);
    }),
  "wrapped: the signed answer within its own signature": (world) =>
    forged(world, (xml, { assertion, outer, evil }) => {
      const holding = outer.replace("</ds:Signature>", `<ds:Object>${xml.replace(outer, "")}</ds:Object></ds:Signature>`);
      return xml.replace(assertion, evil).replace(outer, holding).replace(/ ID="[^"]+"/, ' ID="_shell"');
    }),

  async "a comment in the name cuts nothing off"(world) {
    const { xml } = await genuine(world);
    const split = xml.replace(/(<saml:NameID[^>]*>[^<@]+)@/, "$1<!-- -->@");
    assert.notEqual(split, xml);
    const found = await judged(world, split).then(({ profile }) => profile.nameID, () => "refused");
    assert.ok(["refused", someone(world).login].includes(found), found);
  },

  "for another audience": (world) => notFor(world, { audience: "http://127.0.0.1:1/other" }, /audience/i),
  "to no request that waits": (world) => notFor(world, { waits: false }, /InResponseTo/),

  async "under another key"(world) {
    const { certificate } = world.saml_providers[0];
    await notFor(world, { idpCert: readFileSync(certificate, "utf8") }, /signature/i);
  },

  async "after its end"(world) {
    const { xml } = await genuine(world);
    await judged(world, xml);
    const Now = globalThis.Date;
    globalThis.Date = class extends Now {
      constructor(...at) { super(...(at.length ? at : [Now.now() + LIFE + 1000])); }
      static now() { return Now.now() + LIFE + 1000; }
    };
    try {
      await assert.rejects(judged(world, xml), /subject confirmation|expired/i);
    } finally {
      globalThis.Date = Now;
    }
  },
};
