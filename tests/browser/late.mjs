// People who take too long, in a real Chromium: the lab's clock is turned forward while a page is open.
import assert from "node:assert/strict";
import { agree, heading, maria, sentByEntra, sentByOkta } from "./sent.mjs";
import { fresh, picture, prove, run, state, until } from "./stage.mjs";

/** Lets so many minutes pass for everybody. */
async function pass(world, minutes) {
  const turned = await fetch(world.lab.forward, { method: "POST", redirect: "manual", body: new URLSearchParams({ minutes }) });
  assert.ok(turned.status < 400, `the clock was not turned: ${turned.status}`);
}

const back = (page) => page.locator("main form button, main a.button").first().click();

const journeys = {
  async "Okta: ten minutes pass at the first question"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await sentByOkta(page, world, "recover", false);
    await pass(world, 11);
    await agree(page);
    await until(page, "too-little-time");
    await picture(page, "okta-too-little-time");
    await back(page);
    await page.getByText(/access_denied|temporarily_unavailable/).waitFor({ state: "attached" });
    await picture(page, "okta-too-late");
  },

  async "Okta: ten minutes pass at the verifier, without scripts"(browser, world, faults) {
    const page = await fresh(browser, world, faults, { javaScriptEnabled: false });
    await sentByOkta(page, world, "recover", false);
    await agree(page);
    await prove(page, maria(world), "pass", () => pass(world, 11)).catch(() => {});
    for (let times = 0; times < 60 && !page.url().startsWith(world.okta.address); times += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await page.goto(new URL("/case", world.doorward.address).href);
    }
    await page.getByText("access_denied").waitFor({ state: "attached" });
  },

  async "Entra: too little time is left for a check"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await sentByEntra(page, world, false);
    await pass(world, 4);
    await agree(page);
    await until(page, "too-little-time");
    await picture(page, "entra-too-little-time");
    await back(page);
    await page.waitForURL(/externalauthprovider/, { timeout: 60_000 });
    assert.match(await page.textContent("main"), /temporarily_unavailable|access_denied/);
    await picture(page, "entra-told-why");
  },

  async "Entra: nobody waits there any more"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await sentByEntra(page, world, false);
    await pass(world, 6);
    await agree(page);
    await until(page, "too-little-time");
    await picture(page, "entra-gave-up");
    assert.equal(await state(page), "too-little-time");
    assert.ok(page.url().startsWith(world.doorward.address));
    await page.getByRole("heading").first().waitFor();
  },

  async "a person who comes back in time after others were late"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await sentByEntra(page, world, false);
    await agree(page);
    await prove(page, maria(world), "pass");
    await heading(page, "You are signed in");
  },
};

await run(journeys, "late", undefined, ["--turn"]);
