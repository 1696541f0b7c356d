// The helpdesk in a real Chromium: an agent's page and a person's side by side, the words on both, the status that moves by itself;
// and every screen of the console that an agent sees, on a phone, a tablet and a desktop, in light and dark.
import assert from "node:assert/strict";
import { fresh, picture, prove, run, state, until } from "./stage.mjs";

const sizes = [
  ["phone", { width: 390, height: 844 }],
  ["tablet", { width: 820, height: 1180 }],
  ["desktop", { width: 1440, height: 900 }],
];
const look = (page, name) => picture(page, name, { sizes, whole: true });
const maria = (world) => world.people.find((one) => one.id === "maria-silva");
const desktop = { viewport: { width: 1440, height: 900 } };
const moved = [];

/** Waits until a page says something else or something wanted, without touching it; how long that took. */
async function soon(what, found, wanted) {
  const began = performance.now();
  for (const end = began + 60_000; performance.now() < end; ) {
    const now = await found();
    if (wanted(now)) return performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`${what}: ${await found()}`);
}

/** Signs an operator in; two clicks for somebody who was never there. */
async function signIn(page, world, name) {
  await page.goto(world.staff);
  await page.getByRole("link", { name: /Example Hospital/ }).click();
  await page.getByRole("button", { name }).click();
  await until(page, "desk-home");
}

const sight = (page) => page.textContent("#part-sight").then((text) => text.trim());
const pair = (page) => page.textContent("#part-pair .pair").then((text) => text.trim().split(/\s+/).join(" "));
const theirs = (page) => page.textContent(".number.words .value").then((text) => text.trim());

/** From being signed in to the link, clicks counted. */
async function give(page, world, seen = async () => {}) {
  let clicks = 0;
  const click = async (one) => {
    clicks += 1;
    await one.click();
  };
  await seen("home");
  await page.fill("main form[action='/desk/find'] input[name=query]", maria(world).login);
  await click(page.locator("main form[action='/desk/find'] button"));
  await until(page, "desk-find");
  await seen("find-person");
  await click(page.getByRole("button", { name: /open a(nother)? case/i }));
  await until(page, "desk-open");
  await page.selectOption("select[name=purpose]", "recover");
  await page.fill("input[name=ticket]", "INC-4711");
  await page.fill("input[name=reason]", "Lost phone on a journey");
  await seen("open");
  await click(page.getByRole("button", { name: /open the case/i }));
  await until(page, "desk-given");
  assert.ok(clicks <= 6, `${clicks} clicks`);
  return (await page.textContent("#link-text")).trim();
}

const journeys = {
  async "an agent and a person, side by side"(browser, world, faults) {
    const agent = await fresh(browser, world, faults, desktop);
    const person = await fresh(browser, world, faults);
    await signIn(agent, world, "Robin Okafor");
    const link = await give(agent, world);
    assert.match(await sight(agent), /not opened the link/);
    const first = await pair(agent);
    await person.goto(link);
    await until(person, "invited");
    assert.equal(await theirs(person), first, "who calls as the helpdesk knows the words of the link's page");

    // The agent's page is not touched from here on.
    const follows = async (what, click, wanted) => {
      const before = await sight(agent);
      await click();
      const took = await soon(what, () => sight(agent), (now) => now !== before && wanted.test(now));
      moved.push(`${what}: ${Math.round(took)} ms`);
    };
    await follows("began", () => person.locator("form[action^='/l/'] button").first().click(), /asked to agree/);
    await until(person, "consent");
    await soon("words", () => pair(agent), (now) => now !== first);
    assert.equal(await pair(agent), await theirs(person), "the bound browser's words are the agent's");
    await follows("agreed", () => person.locator("form[action='/case/consent'] button").first().click(), /identity check/);
    await prove(person, maria(world), "pass");
    await until(person, "ready");
    await soon("ready", () => sight(agent), (now) => /pass is ready/.test(now));
    await follows("looked", () => person.locator("form[action='/case/reveal'] button").click(), /everything is done/);
    const secret = (await person.textContent("#secret")).trim();
    assert.ok(!(await agent.content()).includes(secret), "no operator sees a pass");
    console.log(`        ${moved.join(", ")}`);
  },

  async "the same without scripts"(browser, world, faults) {
    const agent = await fresh(browser, world, faults, { ...desktop, javaScriptEnabled: false });
    await signIn(agent, world, "Robin Okafor");
    const link = await give(agent, world);
    assert.ok(link.includes("/l/"));
    await agent.getByRole("link", { name: /follow the case/i }).click();
    await until(agent, "desk-case");
    await agent.locator("#act-cancel").click();
    await until(agent, "desk-confirm");
    await agent.locator("main form button").click();
    await until(agent, "desk-case");
    assert.match(await agent.textContent("main"), /called off/i);
  },

  async "by keys alone"(browser, world, faults) {
    const agent = await fresh(browser, world, faults, desktop);
    await signIn(agent, world, "Robin Okafor");
    await agent.keyboard.press("/");
    await agent.keyboard.type(world.people.find((one) => one.id === "omar-al-rashid").login);
    await agent.keyboard.press("Enter");
    await until(agent, "desk-find");
    // What comes next has the focus.
    await agent.keyboard.press("Enter");
    await until(agent, "desk-open");
    await agent.keyboard.type("INC-9");
    await agent.keyboard.press("Tab");
    await agent.keyboard.type("Lost phone");
    await agent.keyboard.press("Enter");
    await until(agent, "desk-given");
    await agent.keyboard.press("g");
    await agent.keyboard.press("c");
    await until(agent, "desk-cases");
  },

  async "every screen looked at"(browser, world, faults) {
    const agent = await fresh(browser, world, faults, desktop);
    const person = await fresh(browser, world, faults);
    await agent.goto(world.staff);
    await look(agent, "sign-in");
    await signIn(agent, world, "Robin Okafor");
    const to = (at) => agent.goto(new URL(at, world.doorward.address).href);
    await to("/desk/find");
    await look(agent, "find");
    await agent.fill("main input[name=query]", "nobody.at.all@example.com");
    await agent.locator("main form button").click();
    await look(agent, "find-nothing");
    await to("/desk");
    const link = await give(agent, world, (name) => look(agent, name));
    await look(agent, "given");
    const address = await agent.getAttribute("body", "data-page");
    await to(address);
    await look(agent, "case-invited");
    await person.goto(link);
    await person.locator("form[action^='/l/'] button").first().click();
    await until(person, "consent");
    await person.locator("form[action='/case/consent'] button").first().click();
    await soon("at the check", () => sight(agent), (now) => /identity check/.test(now));
    await look(agent, "case-proving");
    await prove(person, maria(world), "pass");
    await until(person, "ready");
    await soon("ready", () => sight(agent), (now) => /pass is ready/.test(now));
    await look(agent, "case-ready");
    await person.locator("form[action='/case/reveal'] button").click();
    await until(person, "shown");
    await soon("done", () => sight(agent), (now) => /everything is done/.test(now));
    await look(agent, "case-done");
    await to("/desk/cases");
    await look(agent, "cases");
    await to("/desk/cases?stage=proving&from=2026-01-01");
    await look(agent, "cases-narrowed");
    await to("/desk/cases/new");
    await agent.fill("main input[name=account]", world.people.find((one) => one.id === "amara-okafor").login);
    await agent.selectOption("select[name=purpose]", "recover");
    await agent.fill("main input[name=reason]", "Lost phone");
    await agent.getByRole("button", { name: /open the case/i }).click();
    await look(agent, "open-protected");
    await to(`${address}/flag`);
    await look(agent, "flag");
    await agent.fill("main [name=reason]", "The caller could not say the words.");
    await agent.locator("main form button").click();
    await until(agent, "desk-case");
    await look(agent, "case-flagged");
    await to("/desk/cases/case_AAAAAAAAAAAAAAAAAAAAAA");
    assert.equal(await state(agent), "desk-notice");
    await look(agent, "not-found");
  },
};

await run(journeys, "desk");
