// The gateway's own verifier in a real Chromium whose camera sees a film: a passport first, then a face that does what it is
// asked. The films are of the lab's invented people; the browser is closed in between and the person goes on where they were.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fresh, picture, run, seeing, state, until } from "./stage.mjs";

const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 800 };
const pocket = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
const at = (world, where) => new URL(where, world.doorward.address).href;
const person = (world, id) => world.people.find((one) => one.id === id);
const films = mkdtempSync(path.join(tmpdir(), "doorward-films-"));
process.on("exit", () => rmSync(films, { recursive: true, force: true }));

let moment = 0;
/** A film of somebody's passport before the camera: another one each time, because the very same picture twice is refused. */
async function passport(world, id, flaw = "none") {
  moment += 1;
  const address = new URL(person(world, id).papers.passport_film);
  address.searchParams.set("flaw", flaw);
  address.searchParams.set("moment", `${moment}`);
  const answer = await fetch(address);
  assert.equal(answer.status, 200);
  const file = path.join(films, `${id}-${flaw}-${moment}.mjpeg`);
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  return file;
}

/** A film that lies beside somebody's own. */
const film = (world, name) => path.join(path.dirname(person(world, "maria-silva").papers.film), `${name}.mjpeg`);

/** A person with a phone whose camera sees the film; as they were, if they were here before. */
async function holding(world, faults, seen, before) {
  const browser = await seeing(seen);
  const page = await fresh(browser, world, faults, { viewport: phone, userAgent: pocket, storageState: before });
  page.leave = async () => {
    const kept = await page.context().storageState();
    await browser.close();
    return kept;
  };
  return page;
}

/** Opens a case by the helpdesk's link and agrees; the page where the document is chosen. */
async function begin(page, world, id, purpose) {
  const answer = await fetch(new URL("cases", `${world.doorward.api}`.replace(/\/?$/, "/")), {
    method: "POST",
    headers: { authorization: `Bearer ${world.doorward.tokens[0].token}`, "content-type": "application/json" },
    body: JSON.stringify({ purpose, account: person(world, id).login, ticket: "INC-4711", operator: "Robin Okafor" }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  await page.goto((await answer.json()).link.url);
  await page.locator("main form button").first().click();
  await until(page, "consent");
  await page.locator("form[action='/case/consent'] button").first().click();
}

/** Shows the passport to the camera until it was taken, or until the case is somewhere else. */
async function show(page, look) {
  await until(page, "capture-kind");
  if (look) await picture(page, "kind");
  await page.locator("button[value=passport]").click();
  await until(page, "capture-front");
  if (look) await picture(page, "front-before");
  if (look) {
    await open(page);
    await picture(page, "front");
  }
  await press(page, "capture-front");
}

/** Opens the camera, if the page has not done so by itself. */
async function open(page) {
  for (let left = 200; left > 0; left -= 1) {
    if (await page.locator("[data-shutter]:visible").count().catch(() => 0)) return;
    await page.locator("[data-open]:visible").click({ timeout: 1_000 }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no camera: ${await page.textContent("main")}`);
}

/** Presses the shutter until the page is another one; it may have taken the picture by itself. */
async function press(page, here) {
  const deadline = Date.now() + 180_000;
  while (Date.now() < deadline) {
    if ((await state(page).catch(() => here)) !== here) return;
    const open = page.locator("[data-open]:visible");
    if (await open.count().catch(() => 0)) await open.click({ timeout: 2_000 }).catch(() => {});
    await page.locator("[data-shutter]:visible:not([disabled])").click({ timeout: 2_000 }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`still at ${here}: ${await page.textContent("main")}`);
}

/** Does what is asked before the camera, as the film does, until the page is another one. */
async function face(page, look) {
  await until(page, "capture-selfie");
  if (look) await picture(page, "selfie-before");
  await open(page);
  await page.locator("[data-shutter]").click();
  if (look) {
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await picture(page, "selfie");
  }
  await press(page, "capture-selfie");
}

/** Waits for one of these ends; which one it was. */
async function either(page, ...ends) {
  for (let left = 300; left > 0 && !ends.includes(await state(page)); left -= 1) await page.waitForTimeout(100);
  const end = await state(page);
  assert.ok(ends.includes(end), `${end}: ${await page.textContent("main")}`);
  return end;
}

/** Passport, then face, as two visits of one phone. */
async function both(world, faults, id, purpose, seen) {
  const first = await holding(world, faults, seen.passport);
  await begin(first, world, id, purpose);
  await show(first, seen.look);
  const reached = await state(first);
  if (reached !== "capture-selfie") return first;
  const second = await holding(world, faults, seen.face, await first.leave());
  await second.goto(at(world, "/case"));
  if ((await state(second)) === "visit") await second.locator("form[action='/case/visit'] button").click();
  await face(second, seen.look);
  return second;
}

/** Somebody of the staff, at the desk. */
async function operator(browser, world, faults, name) {
  const page = await fresh(browser, world, faults, { viewport: desktop });
  await page.goto(at(world, "/desk"));
  await page.getByRole("link", { name: /Example Hospital/ }).or(page.getByRole("button", { name: /Example Hospital/ })).first().click();
  await page.getByRole("button", { name }).click();
  await page.waitForURL((url) => url.pathname === "/desk");
  return page;
}

/** The reviewer takes the newest case; the page with its evidence. */
async function evidence(page, world) {
  for (let left = 300; left > 0; left -= 1) {
    await page.goto(at(world, "/desk/reviews"));
    if (await page.locator("a.row").count()) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await page.locator("a.row").first().click();
  await page.getByRole("button", { name: "Take it and look" }).click();
  await page.getByRole("heading", { name: "Does it hold?" }).waitFor();
}

/** The reviewer's whole way: judge, read the claimed name, decide. */
async function accept(page) {
  await page.locator("#document-yes").check();
  await page.locator("#face-yes").check();
  await page.getByLabel("The document looks genuine").check();
  await page.getByRole("button", { name: "Record my judgement" }).click();
  await page.getByRole("heading", { name: "Is it the same person?" }).waitFor();
  await page.locator("#same-yes").check();
  await page.fill("#used", "passport and selfie");
  await page.getByLabel("Looked at every picture").check();
  await page.fill("#reason", "passport, face and directory agree");
  await page.getByRole("button", { name: "Decide" }).click();
  await page.waitForURL(/said=decided/);
}

const journeys = {
  async "the right person passes to review and on, every screen looked at"(browser, world, faults) {
    const maria = await both(world, faults, "maria-silva", "recover-here", {
      passport: await passport(world, "maria-silva"),
      face: film(world, "maria-silva"),
      look: true,
    });
    await until(maria, "review");
    await picture(maria, "review");
    const noor = await operator(browser, world, faults, "Noor Haddad");
    await evidence(noor, world);
    const shown = await noor.locator("main img").count();
    assert.ok(shown >= 4, `pictures of document, selfie, portrait and challenge; ${shown} are there`);
    for (const image of await noor.locator("main img").all()) {
      await image.scrollIntoViewIfNeeded();
      const loads = (one) => one.decode().then(() => one.naturalWidth > 0);
      assert.ok(await image.evaluate(loads), "every picture loads");
    }
    assert.doesNotMatch(await noor.content(), /maria\.silva@/, "the account is not told yet");
    await picture(noor, "evidence", { whole: true });
    await accept(noor);
    await until(maria, "ready");
    await maria.locator("form[action='/case/reveal'] button").click();
    await until(maria, "shown");
    assert.ok((await maria.textContent("#secret")).trim().length >= 8);
    await maria.leave();
  },

  async "software that may decide leaves a camera that is none to a reviewer, and says so"(browser, world, faults) {
    const page = await both(world, faults, "juergen-mueller", "recover-automatic", {
      passport: await passport(world, "juergen-mueller"),
      face: film(world, "juergen-mueller"),
    });
    await until(page, "review");
    const noor = await operator(browser, world, faults, "Noor Haddad");
    await evidence(noor, world);
    assert.match(await noor.textContent("main"), /juergen-mueller[^ ]*[.]mjpeg/, "the camera's name is among the signals");
    await page.leave();
  },

  async "another face does not pass: refused, or a reviewer is told that the faces differ"(browser, world, faults) {
    const page = await both(world, faults, "maria-silva", "recover-automatic", {
      passport: await passport(world, "maria-silva"),
      face: film(world, "stranger"),
    });
    const end = await either(page, "retry", "review");
    await picture(page, "other-face");
    if (end === "review") {
      const noor = await operator(browser, world, faults, "Noor Haddad");
      await evidence(noor, world);
      assert.match(await noor.textContent("main"), /The faces are different to the software/);
    }
    await page.leave();
  },

  async "another name is refused"(browser, world, faults) {
    // Somebody whose document was shown in no other case, which would be another reason.
    const page = await both(world, faults, "juergen-mueller", "recover-automatic", {
      passport: await passport(world, "maria-silva-younger"),
      face: film(world, "maria-silva-younger"),
    });
    await until(page, "refused");
    await page.leave();
  },

  async "an expired document is refused"(browser, world, faults) {
    const page = await holding(world, faults, await passport(world, "aiko-tanaka", "expired"));
    await begin(page, world, "aiko-tanaka", "recover-automatic");
    await show(page);
    await until(page, "retry");
    await picture(page, "expired");
    await page.leave();
  },

  async "a wrong check digit never passes: refused where it is clear, a person's to judge where a camera blurs it"(browser, world, faults) {
    const page = await both(world, faults, "aiko-tanaka", "recover-automatic", {
      passport: await passport(world, "aiko-tanaka", "wrong-digit"),
      face: film(world, "aiko-tanaka"),
    });
    await either(page, "retry", "review");
    await picture(page, "wrong-digit");
    await page.leave();
  },

  async "several faces and none are told while the camera looks; a still and a screen do not pass"(browser, world, faults) {
    for (const seen of ["two-faces", "no-face", "waved-still", "screen"]) {
      const first = await holding(world, faults, await passport(world, "maria-silva"));
      await begin(first, world, "maria-silva", "recover-automatic");
      await show(first);
      const page = await holding(world, faults, film(world, seen), await first.leave());
      await page.goto(at(world, "/capture"));
      await until(page, "capture-selfie");
      await open(page);
      if (seen === "no-face" || seen === "two-faces") {
        const said = seen === "no-face" ? /face/i : /only you|several|other people|one person|alone/i;
        await page.locator("#cue [data-says]", { hasText: said }).waitFor({ timeout: 60_000 });
        await picture(page, seen);
      } else {
        await press(page, "capture-selfie");
        await either(page, "retry", "review");
        await picture(page, `${seen}-end`);
      }
      await page.leave();
    }
  },

  async "the same picture a second time is refused; without scripts and by upload"(browser, world, faults) {
    const who = person(world, "omar-al-rashid");
    const file = async (address) => Buffer.from(await (await fetch(address)).arrayBuffer());
    const front = await file(`${who.papers.passport}?moment=11`);
    const selfie = await file(who.papers.face);
    for (const end of ["review", "retry"]) {
      const page = await fresh(browser, world, faults, { javaScriptEnabled: false, userAgent: pocket });
      await begin(page, world, who.id, "recover-here");
      await until(page, "capture-kind");
      await page.locator("button[value=passport]").click();
      await until(page, "capture-front");
      if (end === "review") await picture(page, "upload");
      await page.locator("input[type=file]").setInputFiles({ name: "passport.jpg", mimeType: "image/jpeg", buffer: front });
      await page.locator("form.upload button").click();
      if (end === "review") {
        await until(page, "capture-selfie");
        await page.locator("input[type=file]").setInputFiles({ name: "me.jpg", mimeType: "image/jpeg", buffer: selfie });
        await page.locator("form.upload button").click();
      }
      await until(page, end);
      await page.context().close();
    }
  },

  async "from the desktop to the phone and back"(browser, world, faults) {
    const desk = await fresh(browser, world, faults, { viewport: desktop });
    await begin(desk, world, "charlotte-van-den-berg", "recover-automatic");
    await until(desk, "capture-where");
    await picture(desk, "where");
    await desk.locator("form[action='/capture/phone'] button").click();
    await until(desk, "capture-offer");
    await picture(desk, "offer");
    const address = (await desk.textContent("main")).match(/\S*\/p\/[0-9A-Z]{5}-[0-9A-Z]{5}/i)[0].replace(/^(https?:\/\/)?[^/]*/, "");
    const hand = await holding(world, faults, await passport(world, "charlotte-van-den-berg"));
    await hand.goto(at(world, address));
    await picture(hand, "phone-door");
    await hand.locator("main form button").first().click();
    await until(hand, "phone-words");
    await picture(hand, "phone-words");
    const words = await hand.locator(".pair").textContent();
    await until(desk, "capture-confirm");
    assert.equal((await desk.locator(".pair").textContent()).trim(), words.trim(), "both show the same two words");
    await picture(desk, "confirm");
    const other = await fresh(browser, world, faults, { userAgent: pocket });
    await other.goto(at(world, address));
    assert.equal(await other.locator("main form button").count(), 0, "the address is good once");
    await desk.locator("button[value=yes]").click();
    await until(hand, "capture-kind");
    const follow = await state(desk);
    assert.match(follow, /^capture-follow/);
    await picture(desk, "follow");
    await show(hand);
    await until(desk, "capture-follow-selfie");
    const second = await holding(world, faults, film(world, "charlotte-van-den-berg"), await hand.leave());
    await second.goto(at(world, "/capture"));
    await face(second);
    await until(second, "phone-done");
    await picture(second, "phone-done");
    await until(desk, "review");
    await second.leave();
  },

  async "no camera and no leave to use it: what helps is said"(browser, world, faults) {
    const page = await fresh(browser, world, faults, { userAgent: pocket });
    await begin(page, world, "maria-silva", "recover-here");
    await until(page, "capture-kind");
    await page.locator("button[value=passport]").click();
    await until(page, "capture-front");
    await page.locator("[data-open]:visible").click({ timeout: 5_000 }).catch(() => {});
    await page.locator("#fault:visible").waitFor();
    assert.match(await page.textContent("#fault"), /camera/i);
    await picture(page, "no-camera");
  },
};

await run(journeys, "camera");
