// Codes by e-mail and SMS in a real Chromium: a picture of every screen, with and without scripts, nothing lost that somebody types.
import assert from "node:assert/strict";
import { agree } from "./sent.mjs";
import { fresh, picture, prove, run, until } from "./stage.mjs";

const WHO = "maria-silva";

/** Lets so many minutes pass for everybody. */
async function pass(world, minutes) {
  const turned = await fetch(world.lab.forward, { method: "POST", redirect: "manual", body: new URLSearchParams({ minutes }) });
  assert.ok(turned.status < 400, `the clock was not turned: ${turned.status}`);
}

/** The helpdesk's link to a purpose that asks for a code, as far as the question where to send it. */
async function proven(browser, world, faults, purpose, options = {}) {
  const page = await fresh(browser, world, faults, options);
  const person = world.people.find((one) => one.id === WHO);
  await page.goto(world.lab.address);
  const form = page.locator("#link-codes");
  await form.locator("[name=purpose]").selectOption(purpose);
  await form.locator("[name=person]").selectOption(WHO);
  await form.getByRole("button").click();
  await page.goto(await page.locator("a.recovery").first().getAttribute("href"));
  await page.locator("main form button").first().click();
  await until(page, "consent");
  await agree(page);
  await prove(page, person, "pass");
  await until(page, "check-code");
  return { page, person };
}

/** The codes that came to the person, newest first. */
async function codes(person) {
  const messages = await (await fetch(person.mailbox)).json();
  return messages.map((message) => message.text.match(/^(\d{8}) is your code for /)?.[1]).filter(Boolean);
}

/** Presses “send” and waits until one more code came. */
async function sent(page, person) {
  const before = (await codes(person)).length;
  await page.locator("form[action='/case/check'] button").click();
  await until(page, "check-code-sent");
  for (let times = 0; times < 300; times += 1) {
    const found = await codes(person);
    if (found.length > before) return found[0];
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return assert.fail("no code came");
}

async function typed(page, code) {
  await page.fill("#code", code);
  await page.locator("form[action='/case/check/code'] button").click();
}

const wrong = (code) => String((Number(code) + 1) % 100000000).padStart(8, "0");

const journeys = {
  async "a code by e-mail: wrong, late, wrong five times, right"(browser, world, faults) {
    const { page, person } = await proven(browser, world, faults, "codes-mail");
    await picture(page, "mail-begin");
    const first = await sent(page, person);
    assert.equal(await page.evaluate(() => document.activeElement?.id), "code");
    assert.equal(await page.getAttribute("#code", "autocomplete"), "one-time-code");
    await picture(page, "mail-sent");
    await typed(page, wrong(first));
    await page.locator("[role=alert]").waitFor();
    await picture(page, "mail-wrong");
    await pass(world, 11);
    await until(page, "check-code-again");
    await picture(page, "mail-late");
    const second = await sent(page, person);
    for (let times = 0; times < 5; times += 1) await typed(page, wrong(second));
    await until(page, "check-code-again");
    await picture(page, "mail-spent");
    const third = await sent(page, person);
    await picture(page, "mail-last");
    await typed(page, `${third.slice(0, 4)} ${third.slice(4)}`);
    await until(page, "ready");
    assert.ok(!page.url().includes(third));
  },

  async "a code by SMS: what is being typed stays, also when the page looks where the case stands"(browser, world, faults) {
    const { page, person } = await proven(browser, world, faults, "codes-phone");
    await picture(page, "sms-begin");
    const code = await sent(page, person);
    await picture(page, "sms-sent");
    const looked = page.waitForResponse((answer) => answer.url().endsWith("/case/status"));
    await page.locator("#code").pressSequentially(code.slice(0, 4));
    await looked;
    await page.waitForResponse((answer) => answer.url().endsWith("/case/status"));
    assert.equal(await page.inputValue("#code"), code.slice(0, 4));
    await page.locator("#code").press("End");
    await page.locator("#code").pressSequentially(code.slice(4));
    await page.locator("#code").press("Enter");
    await until(page, "ready");
  },

  async "a code by e-mail, without scripts"(browser, world, faults) {
    const { page, person } = await proven(browser, world, faults, "codes-mail", { javaScriptEnabled: false });
    const code = await sent(page, person);
    assert.equal(await page.locator("meta[http-equiv=refresh]").count(), 0);
    await typed(page, code);
    await until(page, "ready");
  },
};

await run(journeys, "codes", undefined, ["--turn"]);
