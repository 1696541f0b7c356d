// Sign-ins by SAML, as a service provider's library asks for them and takes them (SAML 2.0 Profiles §4.1).
import assert from "node:assert/strict";
import { Browser } from "../browser.mjs";
import { someone } from "../party.mjs";
import { STATE, answered, ask, posted, provider } from "../provider.mjs";

async function signedIn(world, changes) {
  const party = await provider(world, changes);
  const fields = await answered(world, party);
  assert.equal(fields.RelayState, STATE);
  const { profile, loggedOut } = await party.saml.validatePostResponseAsync(fields);
  const maria = someone(world);
  assert.equal(loggedOut, false);
  assert.equal(profile.nameID, maria.login);
  assert.equal(profile.nameIDFormat, "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress");
  assert.equal(profile.issuer, party.registration.idp_metadata);
  assert.ok(profile.sessionIndex.length > 20);
  const told = [profile.Username, profile.Email, profile.FirstName, profile.LastName];
  assert.deepEqual(told, [maria.login, maria.login, maria.given, maria.family]);
  // The same answer once more: its request is answered.
  await assert.rejects(party.saml.validatePostResponseAsync(fields), /InResponseTo/);
}

/** The request is refused on a page of Doorward's, and nothing is posted. */
async function refused(world, changes) {
  const browser = await ask(await provider(world, changes));
  assert.equal(browser.answer, null, "something was answered");
  assert.ok(browser.page.status >= 400 && browser.page.status < 500, `status ${browser.page.status}`);
  assert.equal(browser.form("/saml/identify"), undefined);
}

/** The service provider is told, in words that the library reads. */
async function told(world, changes, word) {
  const party = await provider(world, changes);
  const fields = await posted(await ask(party));
  assert.equal(fields.RelayState, STATE);
  await assert.rejects(party.saml.validatePostResponseAsync(fields), word);
}

// Bindings §3.5.4: nothing is deflated in a form; the library has to be told.
const post = { authnRequestBinding: "HTTP-POST", skipRequestCompression: true };

export default {
  "a request in an address": (world) => signedIn(world, {}),
  "a request in a form": (world) => signedIn(world, post),
  "a request signed with SHA-512": (world) => signedIn(world, { signatureAlgorithm: "sha512", digestAlgorithm: "sha512" }),
  "a form signed with SHA-512": (world) => signedIn(world, { ...post, signatureAlgorithm: "sha512", digestAlgorithm: "sha512" }),
  "a fresh check is what everybody gets who asks for one": (world) => signedIn(world, { forceAuthn: true }),

  "SHA-1 is not taken in an address": (world) => refused(world, { signatureAlgorithm: "sha1" }),
  "SHA-1 is not taken in a form": (world) => refused(world, { ...post, signatureAlgorithm: "sha1" }),
  "a SHA-1 digest is not taken in a form": (world) => refused(world, { ...post, digestAlgorithm: "sha1" }),
  "an unsigned address is not taken": (world) => refused(world, { privateKey: undefined }),
  "an unsigned form is not taken": (world) => refused(world, { ...post, privateKey: undefined }),
  "an unknown issuer is not taken": (world) => refused(world, { issuer: "http://127.0.0.1:1/other" }),
  "an address that was not registered is never gone to": (world) => refused(world, { callbackUrl: "http://127.0.0.1:1/saml/acs/" }),

  "a context that is not given is refused by name": (world) =>
    told(world, { disableRequestedAuthnContext: false, authnContext: ["urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"] }, /NoAuthnContext/),
  "a name in another format is refused by name": (world) =>
    told(world, { identifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" }, /InvalidNameIDPolicy/),

  async "who may not be asked is not known"(world) {
    const party = await provider(world, { passive: true });
    const fields = await posted(await ask(party));
    // The library takes NoPassive as: nobody is signed in.
    const { profile } = await party.saml.validatePostResponseAsync(fields);
    assert.equal(profile, null);
  },

  async "a person who withdraws"(world) {
    const party = await provider(world);
    const fields = await answered(world, party, { withdraws: true });
    await assert.rejects(party.saml.validatePostResponseAsync(fields), /RequestDenied/);
  },

  async "somebody else's document"(world) {
    const party = await provider(world);
    const fields = await answered(world, party, { outcome: "wrong-name" });
    await assert.rejects(party.saml.validatePostResponseAsync(fields), /AuthnFailed/);
  },

  async "a request that was taken up is nobody else's"(world) {
    const party = await provider(world);
    const address = await party.saml.getAuthorizeUrlAsync(STATE, undefined, {});
    const first = new Browser(party.registration.acs);
    await first.open(address);
    assert.ok(first.form("/saml/identify", { login: "" }));
    const second = new Browser(party.registration.acs);
    await second.open(address);
    assert.equal(second.form("/saml/identify"), undefined);
    assert.equal(second.answer, null);
  },
};
