// How long a proof lasts: `prompt`, `max_age`, an earlier proof in the same browser, RP-initiated logout.
import assert from "node:assert/strict";
import * as client from "openid-client";
import { Browser } from "../browser.mjs";
import { Party } from "../party.mjs";
import { refused } from "./expect.mjs";

/** Asks without a person in front of the browser. */
async function silently(party, browser, wishes = {}) {
  const { url, checks } = await party.question({ prompt: "none", ...wishes });
  await browser.open(url);
  assert.ok(browser.answer, `prompt=none ended at a page: ${browser.heading}`);
  return { answer: browser.answer, checks };
}

async function asksAgain(party, browser, wishes) {
  const { url } = await party.question(wishes);
  await browser.open(url);
  assert.equal(browser.answer, null, "the person should have been asked");
  assert.ok(browser.form("/case/consent"));
}

export default {
  async "prompt=none where nobody proved anything is refused"(world) {
    const party = await Party.named(world, "basic");
    await refused(party.redeem(await silently(party, new Browser(party.registration.redirect_uri))), "login_required");
  },

  async "a client without sessions has everybody prove themselves each time"(world) {
    const party = await Party.named(world, "basic");
    const { browser } = await party.signIn();
    await refused(party.redeem(await silently(party, browser)), "login_required");
  },

  async "an earlier proof answers in the same browser, as long as the client lets it"(world) {
    const party = await Party.named(world, "session");
    const { browser, claims } = await party.signIn();
    const again = await party.redeem(await silently(party, browser));
    assert.equal(again.claims().sub, claims.sub);
    assert.equal(again.claims().auth_time, claims.auth_time, "nobody proved anything since");
    const stranger = new Browser(party.registration.redirect_uri);
    await refused(party.redeem(await silently(party, stranger)), "login_required");
  },

  async "max_age tells when the person proved themselves"(world) {
    const party = await Party.named(world, "basic");
    const { claims } = await party.signIn({ max_age: "600" });
    assert.ok(Math.abs(claims.auth_time - Date.now() / 1000) < 120);
  },

  async "prompt=login and max_age=0 ask again"(world) {
    const party = await Party.named(world, "session");
    const { browser } = await party.signIn();
    await asksAgain(party, browser, { prompt: "login" });
    await asksAgain(party, browser, { max_age: "0" });
  },

  async "signing out ends it and leads back"(world) {
    const party = await Party.named(world, "session");
    const { browser, tokens } = await party.signIn();
    const state = client.randomState();
    const post_logout_redirect_uri = party.setting("post_logout_redirect_uris");
    assert.ok(post_logout_redirect_uri, "the registration has no post_logout_redirect_uris");
    const leaving = client.buildEndSessionUrl(party.config, { id_token_hint: tokens.id_token, post_logout_redirect_uri, state });
    browser.callback = new URL(post_logout_redirect_uri);
    await browser.open(leaving);
    // The provider may ask whether the person means it (RP-Initiated Logout §2).
    const question = browser.page?.forms.find((form) => form.action.pathname.startsWith(leaving.pathname));
    if (!browser.answer && question) await browser.submit(question);
    assert.ok(browser.answer, `signing out ended at ${browser.heading}`);
    assert.equal(browser.answer.searchParams.get("state"), state);
    browser.callback = new URL(party.registration.redirect_uri);
    await refused(party.redeem(await silently(party, browser)), "login_required");
  },

  async "signing out leads nowhere that was not registered"(world) {
    const party = await Party.named(world, "session");
    const { browser, tokens } = await party.signIn();
    const elsewhere = "http://127.0.0.1:1/elsewhere";
    browser.callback = new URL(elsewhere);
    await browser.open(client.buildEndSessionUrl(party.config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: elsewhere }));
    assert.equal(browser.answer, null);
    assert.notEqual(browser.page.status, 404, "nobody signs out there");
  },
};
