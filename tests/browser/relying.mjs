// Journeys of people whom somebody else sent, in a real Chromium: an Okta org, an Entra sign-in, a relying party. Proven, refused,
// called off, out of time, and with Doorward killed in the middle.
import assert from "node:assert/strict";
import { agree, decline, heading, lucia, maria, sentByEntra, sentByOkta } from "./sent.mjs";
import { fresh, glance, picture, prove, run, until } from "./stage.mjs";

/** Without scripts a person sends the answer by hand. */
async function passage(page, pictures) {
  if (page.scripted) return;
  await until(page, "passage");
  if (pictures) await picture(page, "passage");
  await page.locator("main form button").click();
}

async function kill(world) {
  assert.ok((await fetch(world.lab.kill_gateway, { method: "POST", redirect: "manual" })).status < 400);
  assert.ok((await fetch(world.lab.start_gateway, { method: "POST", redirect: "manual" })).status < 400);
}

const journeys = {
  async "Okta: a forgotten password"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await sentByOkta(page, world, "recover", true);
    await agree(page);
    await prove(page, maria(world), "pass");
    await heading(page, "Reset your password");
    await picture(page, "okta-allowed");
    await page.fill("input[name=password]", "Quiet-Harbour-7-Lantern");
    await page.getByRole("button", { name: "Reset password" }).click();
    await page.getByRole("button", { name: "Reset password" }).waitFor({ state: "detached" });
    await picture(page, "okta-recovered");
    await page.goto(new URL("/case", world.doorward.address).href);
    await until(page, "returned");
    await picture(page, "returned");
  },

  async "Okta: without scripts, Doorward killed while the person is away"(browser, world, faults) {
    const page = await fresh(browser, world, faults, { javaScriptEnabled: false });
    await sentByOkta(page, world, "enroll", false);
    await agree(page);
    await prove(page, maria(world), "pass", () => kill(world));
    for (let times = 0; times < 40 && !page.url().startsWith(world.okta.address); times += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (page.url().startsWith(world.doorward.address)) await page.goto(new URL("/case", world.doorward.address).href);
    }
    await heading(page, "Set up an authenticator");
  },

  async "Okta: somebody else's document, and a person who does not agree"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await sentByOkta(page, world, "recover", false);
    await agree(page);
    await prove(page, maria(world), "wrong-name");
    await page.getByText("CLAIM_GIVEN_NAME_NOT_VERIFIED").waitFor({ state: "attached" });
    await picture(page, "okta-denied");
    await sentByOkta(page, world, "unlock", false);
    await decline(page);
    await page.getByText("access_denied").waitFor({ state: "attached" });
  },

  async "Entra: a second factor"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await sentByEntra(page, world, true);
    await agree(page);
    await prove(page, maria(world), "pass");
    await heading(page, "You are signed in");
    await picture(page, "entra-let-in");
  },

  async "Entra: without scripts"(browser, world, faults) {
    const page = await fresh(browser, world, faults, { javaScriptEnabled: false });
    await sentByEntra(page, world, false);
    await agree(page);
    await prove(page, maria(world), "pass");
    await passage(page, true);
    await heading(page, "You are signed in");
  },

  async "Entra: Doorward killed while the person is away"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await sentByEntra(page, world, false);
    await agree(page);
    await prove(page, maria(world), "pass", () => kill(world));
    await heading(page, "You are signed in");
  },

  async "Entra: refused, and a person who does not agree"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await sentByEntra(page, world, false);
    await agree(page);
    await prove(page, maria(world), "wrong-name");
    await page.waitForURL(/externalauthprovider/, { timeout: 60_000 });
    assert.match(await page.textContent("main"), /access_denied/);
    await sentByEntra(page, world, false);
    await decline(page);
    await page.waitForURL(/externalauthprovider/, { timeout: 60_000 });
    assert.match(await page.textContent("main"), /access_denied/);
  },

  async "Entra, once more: a glance is enough, and somebody else's is not"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await sentByEntra(page, world, false, lucia(world));
    const box = page.getByRole("checkbox", { name: /next time/i });
    assert.equal(await box.isChecked(), false);
    await box.check();
    await picture(page, "consent-remember");
    await agree(page);
    await prove(page, lucia(world), "pass");
    await heading(page, "You are signed in");
    await sentByEntra(page, world, false, lucia(world));
    await picture(page, "consent-short");
    await agree(page);
    await glance(page, lucia(world), "pass");
    await heading(page, "You are signed in");
    await sentByEntra(page, world, false, lucia(world));
    await agree(page);
    await glance(page, maria(world), "pass");
    await until(page, "retry");
    await picture(page, "retry-short");
    await page.locator("form[action='/case/retry'] button[value=full]").click();
    await prove(page, maria(world), "pass");
    await page.waitForURL(/externalauthprovider/, { timeout: 60_000 });
    assert.match(await page.textContent("main"), /access_denied/);
    // Taken back: everything is asked again.
    await sentByEntra(page, world, false, lucia(world));
    await page.locator("form[action='/case/forget'] button").click();
    await page.getByRole("checkbox", { name: /next time/i }).waitFor();
    await decline(page);
    await page.waitForURL(/externalauthprovider/, { timeout: 60_000 });
  },

  async "a relying party: verified claims, once more from the session, and out"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await page.goto(world.rp);
    await picture(page, "rp");
    await page.getByRole("button", { name: "Sign in with Doorward" }).click();
    await until(page, "consent");
    await picture(page, "consent-for-rp");
    await agree(page);
    await prove(page, maria(world), "pass");
    await page.waitForURL(new RegExp(`^${world.rp}`), { timeout: 60_000 });
    assert.match(await page.textContent("body"), new RegExp(maria(world).birth_date));
    await picture(page, "rp-tokens");
    // The same browser, within the hour: nobody is asked again.
    await page.goto(world.rp);
    await page.getByRole("button", { name: "Sign in with Doorward" }).click();
    await page.waitForURL(new RegExp(`^${world.rp}`), { timeout: 60_000 });
    await page.getByRole("button", { name: /log out|sign out/i }).first().click();
    await page.waitForURL(new RegExp(`^${world.rp}`), { timeout: 60_000 });
    await page.goto(world.rp);
    await page.getByRole("button", { name: "Sign in with Doorward" }).click();
    await until(page, "consent");
    await page.goto(new URL("/oauth2/logout", world.doorward.address).href);
    await until(page, "sign-out");
    await picture(page, "sign-out");
    await page.locator("main form button").click();
    await until(page, "signed-out");
    await picture(page, "signed-out");
  },

  async "requests that lead nowhere"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    const nowhere = new URL("/oauth2/authorize?client_id=rp&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fevil.example%2Fcb", world.doorward.address);
    assert.equal((await page.goto(nowhere.href)).status(), 400);
    assert.ok(page.url().startsWith(world.doorward.address));
    await picture(page, "bad-request");
    const look = await page.goto(new URL("/entra/entra-mfa/authorize", world.doorward.address).href);
    assert.equal(look.status(), 200);
  },
};

await run(journeys, "relying");
