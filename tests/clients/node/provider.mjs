// A SAML service provider made of node-saml: found in world.json, and able to ask, be answered and judge what it got.
import { readFileSync } from "node:fs";
import { SAML, ValidateInResponseTo } from "@node-saml/node-saml";
import { Browser } from "./browser.mjs";
import { someone } from "./party.mjs";
import { walk } from "./person.mjs";

/** What goes along with a request and must come back as it was. */
export const STATE = "https://wiki.example/page?a=1&b=<two>";

/** The library's own registration. */
export const registered = (world) => world.saml_providers.find((one) => one.source === "saml-library");

/** Doorward's certificates, as its metadata tells them. */
async function certificates(registration) {
  const text = await (await fetch(registration.idp_metadata)).text();
  return [...text.matchAll(/<ds:X509Certificate>([^<]+)</g)].map(([, one]) => one);
}

/** A cache that its owner can look into and hand on. */
class Waiting extends Map {
  async saveAsync(key, value) { this.set(key, value); return { value, createdAt: Date.now() }; }
  async getAsync(key) { return this.get(key) ?? null; }
  async removeAsync(key) { return this.delete(key) ? key : null; }
}

/** The library, as careful as it can be; `changes` are its own options. */
export async function provider(world, { waiting = new Waiting(), ...changes } = {}) {
  const registration = registered(world);
  const saml = new SAML({
    issuer: registration.entity_id,
    audience: registration.entity_id,
    callbackUrl: registration.acs,
    entryPoint: registration.sso,
    idpIssuer: registration.idp_metadata,
    idpCert: await certificates(registration),
    privateKey: readFileSync(registration.private_key, "utf8"),
    signatureAlgorithm: "sha256",
    digestAlgorithm: "sha256",
    identifierFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    disableRequestedAuthnContext: true,
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: true,
    validateInResponseTo: ValidateInResponseTo.always,
    cacheProvider: waiting,
    acceptedClockSkewMs: 0,
    ...changes,
  });
  return { saml, waiting, registration };
}

/** Sends a browser with a request; by form if the library was told so. */
export async function ask({ saml, registration }, browser = new Browser(registration.acs)) {
  if (saml.options.authnRequestBinding === "HTTP-POST") {
    const html = await saml.getAuthorizeFormAsync(STATE);
    const field = (name) => html.match(new RegExp(`name="${name}" value="([^"]*)"`))?.[1]
      .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
    const body = new URLSearchParams({ SAMLRequest: field("SAMLRequest"), RelayState: field("RelayState") });
    await browser.open(registration.sso, { method: "POST", body: body.toString() });
  } else {
    await browser.open(await saml.getAuthorizeUrlAsync(STATE, undefined, {}));
  }
  return browser;
}

/** What was posted to the service provider. */
export async function posted(browser) {
  return Object.fromEntries(new URLSearchParams(await browser.answer.clone().text()));
}

/** From the request to the answer, as the person does it. */
export async function answered(world, party, walking = {}) {
  const browser = await ask(party);
  await walk(browser, someone(world), walking);
  return posted(browser);
}
