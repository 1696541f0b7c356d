// What the journeys in a real Chromium share: a lab of their own, a watch for anything a person would stumble over (an error in
// the console, a broken policy, a request to anywhere else), pictures of every screen in `shots/`.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, existsSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import path from "node:path";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "../..");
export const shots = path.join(here, "shots");
const program = process.env.DOORWARD_LAB ?? path.join(root, "target/debug/doorward-lab");
const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((at) => existsSync(at));
const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 800 };
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Starts a lab and resolves with what it says of itself. */
async function startLab(more) {
  const lab = spawn(program, ["--json", "--listen", "127.0.0.1:0", "--seed", "7", ...more], { stdio: ["ignore", "pipe", "inherit"] });
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

/** A browser whose camera sees this film, over and over. */
export const seeing = (film) => chromium.launch({ executablePath: browserPath, args: [...flags, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${film}`] });

let where = shots;
let count = 0;
/** A picture; on a busy machine Chromium now and then has none at the first try. */
async function shoot(page, file, whole) {
  for (let left = 3; ; left -= 1) {
    try {
      return await page.screenshot({ path: file, fullPage: whole });
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** Pictures of the open page: in these sizes (phone and desktop unless told), light and dark; the whole of it if wanted. */
export async function picture(page, name, { sizes = [["phone", phone], ["desktop", desktop]], whole = false } = {}) {
  count += 1;
  const prefix = path.join(where, `${String(count).padStart(2, "0")}-${name}`);
  const before = page.viewportSize();
  for (const [size, viewport] of sizes) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await shoot(page, `${prefix}-${size}-${colorScheme}.png`, whole);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1).catch(() => false);
    assert.ok(!wide, `${name} scrolls sideways on a ${size}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(before);
}

export const state = (page) => page.getAttribute("body", "data-state");

export async function until(page, wanted) {
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
export async function prove(page, person, outcome, seen) {
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

/** Shows the face of somebody where no document is asked for. */
export async function glance(page, person, outcome) {
  await page.getByRole("button", { name: /begin/i }).click();
  await page.locator(`[name=face][value="${person.id}"]`).check();
  await page.getByRole("button", { name: /selfie/i }).click();
  await page.locator(`[name=outcome][value="${outcome}"]`).check();
  await page.getByRole("button", { name: /finish/i }).click();
  await page.getByRole("button", { name: /done/i }).click();
}

export async function fresh(browser, world, faults, options = {}) {
  const context = await browser.newContext({ viewport: phone, ...options });
  const page = await context.newPage();
  page.scripted = options.javaScriptEnabled !== false;
  const origins = new Set([world.lab.address, world.doorward.address, world.persona.address, world.entra.address, world.okta.address, world.rp, world.duo.address].map((at) => new URL(at).origin));
  watch(page, origins, faults);
  return page;
}

/** Walks the journeys, one after another, in one browser and one lab, which is started with `more` arguments. */
export async function run(journeys, folder, afterwards = async () => {}, more = []) {
  where = path.join(shots, folder);
  rmSync(where, { recursive: true, force: true });
  mkdirSync(where, { recursive: true });
  const { lab, world } = await startLab(more);
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
  if (failed === 0 && !only) await afterwards(browser);
  await browser.close();
  lab.kill("SIGTERM");
  console.log(`${passed} passed, ${failed} failed`);
  writeFileSync(path.join(where, "result.txt"), `${passed} passed, ${failed} failed\n`);
  process.exit(failed === 0 ? 0 : 1);
}
