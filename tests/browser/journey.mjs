// The journeys in a real Chromium: by a person's eyes and fingers, on a phone and on a desktop, in light and dark, with
// and without scripts. Starts a lab of its own, fails on anything a person would stumble over: an error in the console, a
// broken policy, a request to anywhere else. Pictures of every screen are left in `shots/`.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, existsSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import path from "node:path";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "../..");
const shots = path.join(here, "shots");
const program = process.env.DOORWARD_LAB ?? path.join(root, "target/debug/doorward-lab");
const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((at) => existsSync(at));
const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 800 };
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Starts a lab and resolves with what it says of itself. */
async function startLab() {
  const lab = spawn(program, ["--json", "--listen", "127.0.0.1:0", "--seed", "7"], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: lab.stdout }).once("line", resolve);
    lab.once("exit", (code) => reject(new Error(`the lab ended with ${code}`)));
  });
  JSON.parse(line); // exactly one line of JSON
  const start = JSON.parse(line).start ?? JSON.parse(line).lab?.address ?? JSON.parse(line).lab;
  const world = await (await fetch(new URL("/world.json", start))).json();
  return { lab, world };
}

/** Watches a page for anything a person would stumble over. */
function watch(page, origins, faults) {
  page.on("console", (message) => {
    // A refused login or a page that is gone answers 4xx on purpose; the browser reports that as an error of its own.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && !origins.has(url.origin)) faults.push(`request to ${url.origin}`);
  });
}

let count = 0;
/** Pictures of the open page: phone and desktop, light and dark. */
async function picture(page, name) {
  count += 1;
  const prefix = path.join(shots, `${String(count).padStart(2, "0")}-${name}`);
  const before = page.viewportSize();
  for (const [size, viewport] of [["phone", phone], ["desktop", desktop]]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: `${prefix}-${size}-${colorScheme}.png`, fullPage: false });
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1).catch(() => false);
    assert.ok(!wide, `${name} scrolls sideways on a ${size}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(before);
}

const state = (page) => page.getAttribute("body", "data-state");

async function until(page, wanted) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const found = await state(page).catch(() => null);
    if (found === wanted) return;
    if (!page.scripted) await page.reload().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.equal(await state(page), wanted, await page.textContent("main"));
}

/** At the imitated verifier: document, selfie, outcome, back. */
async function prove(page, person, outcome, seen) {
  await page.getByRole("button", { name: /begin/i }).click();
  const document = await (await fetch(person.document_picture)).arrayBuffer();
  await page.locator("input[type=file]").setInputFiles({ name: "id.png", mimeType: "image/png", buffer: Buffer.from(document) });
  await page.getByRole("button", { name: /upload/i }).click();
  await page.getByRole("button", { name: /selfie/i }).click();
  if (seen) await seen();
  await page.locator(`[name=outcome][value="${outcome}"]`).check().catch(async () => page.selectOption("[name=outcome]", outcome));
  await page.getByRole("button", { name: /finish/i }).click();
  await page.getByRole("button", { name: /done/i }).click();
}

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

async function fresh(browser, world, faults, options = {}) {
  const context = await browser.newContext({ viewport: phone, ...options });
  const page = await context.newPage();
  page.scripted = options.javaScriptEnabled !== false;
  const origins = new Set([world.lab.address, world.doorward.address, world.persona.address, world.entra.address].map((at) => new URL(at).origin));
  watch(page, origins, faults);
  return page;
}

async function beginAtPortal(page, world, login, pictures) {
  await page.goto(world.doorward.address);
  if (pictures) await picture(page, "welcome");
  await page.locator("main form button").first().click();
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
      body: JSON.stringify({ purpose: world.doorward.purposes.find((one) => one.gives === "temporary_password").name, account: person.login, ticket: "INC-4711", operator: "Noor Haddad" }),
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
  const of = (name) => readdirSync(shots).find((file) => file.includes(`${name}-phone-light`));
  const images = ["welcome", "consent", "pass-ready", "pass-shown"].map((name) => `<img src="data:image/png;base64,${readFileSync(path.join(shots, of(name))).toString("base64")}">`);
  await page.setContent(`<style>body{margin:0;background:#e9edf3;display:flex;gap:20px;padding:28px;justify-content:center}img{width:390px;height:844px;border-radius:28px;box-shadow:0 10px 40px #0003}</style>${images.join("")}`);
  await page.screenshot({ path: path.join(shots, "journey.png") });
  await page.close();
}

rmSync(shots, { recursive: true, force: true });
mkdirSync(shots, { recursive: true });
const { lab, world } = await startLab();
const browser = await chromium.launch({ executablePath: browserPath, args: flags });
let failed = 0;
let passed = 0;
const only = process.argv[2];
for (const [name, journey] of Object.entries(journeys)) {
  if (only && !name.includes(only)) continue;
  const faults = [];
  try {
    await journey(browser, world, faults);
    assert.deepEqual(faults, []);
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack}\n${faults.join("\n")}`);
    for (const context of browser.contexts()) for (const page of context.pages()) console.log(`  was at ${page.url().replace(/[?].*/, "")}: ${await page.title().catch(() => "")}`);
  }
  for (const context of browser.contexts()) await context.close();
}
if (failed === 0 && !only) await compose(browser);
await browser.close();
lab.kill("SIGTERM");
console.log(`${passed} passed, ${failed} failed`);
writeFileSync(path.join(shots, "result.txt"), `${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
