// The company's own journeys in a real Chromium: by a person's eyes and fingers, on a phone and on a desktop, in light and dark,
// with and without scripts.
import path from "node:path";
import assert from "node:assert/strict";
import { fresh, picture, prove, run, shots, until } from "./stage.mjs";

/** Has the pass shown, and makes sure that it is not shown again. */
async function takePass(page, pictures) {
  await until(page, "ready");
  if (pictures) await picture(page, "pass-ready");
  await page.locator("form[action='/case/reveal'] button").click();
  await until(page, "shown");
  const secret = (await page.textContent("#secret")).trim();
  assert.ok(secret.length >= 8);
  if (pictures) await picture(page, "pass-shown");
  const signIn = await page.locator("main a", { hasText: /sign.in/i }).first().getAttribute("href");
  return { secret, signIn };
}

/** Signs in at the imitated Entra with a temporary password, which forces a new one. */
async function signInWithPassword(page, login, secret, signIn, pictures) {
  await page.goto(signIn);
  if (pictures) await picture(page, "entra-sign-in");
  await page.fill("input[name=login]", login);
  await page.fill("input[name=password]", secret);
  await page.getByRole("button", { name: /sign in/i }).click();
  await page.fill("input[name=confirm]", "Quiet-Harbour-7-Lantern"); // only there because a change is forced
  await page.fill("input[name=password]", "Quiet-Harbour-7-Lantern");
  if (pictures) await picture(page, "entra-change");
  await page.getByRole("button", { name: /save/i }).click();
  await page.getByRole("heading", { name: /signed in/i }).waitFor();
  if (pictures) await picture(page, "entra-signed-in");
}

async function beginAtPortal(page, world, login, pictures) {
  await page.goto(world.doorward.address);
  if (pictures) await picture(page, "welcome");
  await page.locator("main form button[value=recover]").click();
  if (pictures) await picture(page, "login");
  await page.fill("input[name=login]", login);
  await page.locator("main form button").first().click();
  await until(page, "consent");
  if (pictures) await picture(page, "consent");
  await page.locator("form[action='/case/consent'] button").first().click();
}

const journeys = {
  async "portal, with scripts, every screen looked at"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    const person = world.people.find((one) => one.id === "maria-silva");
    await beginAtPortal(page, world, person.login, true);
    await picture(page, "persona-begin");
    await prove(page, person, "pass", () => picture(page, "persona-outcome"));
    const { secret, signIn } = await takePass(page, true);
    const second = await page.context().newPage();
    await second.goto(new URL("/case", world.doorward.address).href);
    assert.ok(!(await second.content()).includes(secret), "another tab must not show the pass again");
    await picture(second, "done");
    await signInWithPassword(page, person.login, secret, signIn, true);
  },

  async "portal, without scripts"(browser, world, faults) {
    const page = await fresh(browser, world, faults, { javaScriptEnabled: false });
    const person = world.people.find((one) => one.id === "omar-al-rashid");
    await beginAtPortal(page, world, person.login, false);
    await prove(page, person, "pass");
    const { secret, signIn } = await takePass(page, false);
    await signInWithPassword(page, person.login, secret, signIn, false);
  },

  async "a link from the helpdesk, opened by a scanner first and by a second browser last"(browser, world, faults) {
    const person = world.people.find((one) => one.id === "lucia-fernandez-ibanez");
    const response = await fetch(new URL("cases", `${world.doorward.api}`.replace(/\/?$/, "/")), {
      method: "POST",
      headers: { authorization: `Bearer ${world.doorward.tokens[0].token}`, "content-type": "application/json" },
      body: JSON.stringify({ purpose: "recover", account: person.login, ticket: "INC-4711", operator: "Noor Haddad" }),
    });
    assert.equal(response.status, 201, await response.clone().text());
    const link = (await response.json()).link.url;
    for (let times = 0; times < 3; times += 1) assert.equal((await fetch(link)).status, 200, "looking consumes nothing");
    const page = await fresh(browser, world, faults);
    await page.goto(link);
    await picture(page, "invited");
    await page.locator("main form button").first().click();
    await until(page, "consent");
    const stranger = await fresh(browser, world, faults);
    await stranger.goto(link);
    await picture(stranger, "link-used");
    assert.match(await stranger.textContent("main"), /used/i);
    await page.locator("form[action='/case/consent'] button").first().click();
    await prove(page, person, "pass");
    const { secret, signIn } = await takePass(page, false);
    await signInWithPassword(page, person.login, secret, signIn, false);
  },

  async "refusals and troubles, every screen looked at"(browser, world, faults) {
    const person = world.people.find((one) => one.id === "zoe-lukasiewicz") ?? world.people[2];
    const ends = [["wrong-name", "refused"], ["review", "review"], ["fail", "retry"]];
    for (const [outcome, end] of ends) {
      const page = await fresh(browser, world, faults);
      await beginAtPortal(page, world, person.login, false);
      await prove(page, person, outcome);
      await until(page, end);
      await picture(page, end);
      if (end === "retry") {
        await page.locator("form[action='/case/withdraw'] button").first().click();
        await until(page, "withdrawn");
        await picture(page, "withdrawn");
      }
    }
    const page = await fresh(browser, world, faults);
    await page.goto(new URL("/case", world.doorward.address).href);
    await picture(page, "no-session");
    await page.goto(new URL("/nowhere", world.doorward.address).href);
    await picture(page, "not-found");
    await page.goto(world.lab.address);
    await picture(page, "lab-start");
  },
};

/** The picture in the README: four screens side by side, as they are. */
async function compose(browser) {
  const page = await browser.newPage({ viewport: { width: 1660, height: 900 } });
  const { readFileSync, readdirSync } = await import("node:fs");
  const of = (name) => readdirSync(path.join(shots, "own")).find((file) => file.includes(`${name}-phone-light`));
  const images = ["welcome", "consent", "pass-ready", "pass-shown"].map((name) => `<img src="data:image/png;base64,${readFileSync(path.join(shots, "own", of(name))).toString("base64")}">`);
  await page.setContent(`<style>body{margin:0;background:#e9edf3;display:flex;gap:20px;padding:28px;justify-content:center}img{width:390px;height:844px;border-radius:28px;box-shadow:0 10px 40px #0003}</style>${images.join("")}`);
  await page.screenshot({ path: path.join(shots, "journey.png") });
  await page.close();
}

await run(journeys, "own", compose);
