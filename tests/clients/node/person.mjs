// What the person does between a relying party's question and its answer: agrees, shows a document and a face to the
// imitated verifier, comes back, waits.
import assert from "node:assert/strict";

const GLANCE = 100; // how often a waiting person looks, in milliseconds
const PATIENCE = 60_000; // and for how long
const WAITING = ["starting", "reading", "comparing", "acting", "slow", "returning"]; // the pages' own names for it

/** Walks from the open page to the answer. `outcome` is what the verifier finds; `withdraws` stops at the consent. */
export async function walk(browser, person, { outcome = "pass", withdraws = false } = {}) {
  const moves = [
    ["/oauth2/identify", { login: person.login }],
    ["/saml/identify", { login: person.login }],
    withdraws ? ["/case/withdraw"] : ["/case/consent"],
    ["/case/visit"],
    ["/verify/begin"],
    ["/verify/document", { specimen: person.id }],
    ["/verify/selfie"],
    ["/verify/outcome", { outcome }],
    ["/verify/done"],
  ];
  if (browser.answer) return browser.answer;
  const gateway = new URL(browser.page.url);
  const end = Date.now() + PATIENCE;
  while (!browser.answer) {
    assert.ok(Date.now() < end, `still “${browser.state}” after ${PATIENCE} ms`);
    const move = moves.find(([path, fields]) => browser.form(path, fields));
    if (move) {
      await browser.submit(browser.form(...move), move[1]);
    } else {
      const what = `${browser.page.status} “${browser.state ?? ""}” (${browser.heading}) at ${new URL(browser.page.url).pathname}`;
      assert.ok(WAITING.includes(browser.state), `the person is stuck at ${what}`);
      await new Promise((resolve) => setTimeout(resolve, GLANCE));
      await browser.open(new URL("/case", gateway));
    }
  }
  return browser.answer;
}
