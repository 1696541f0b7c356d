// What reviewers, approvers, auditors and admins do, in a real Chromium: the shield, a review, two approvals, the record, the
// settings, deliveries, erasing. Every screen is photographed on a phone, a tablet and a desktop, light and dark.
import assert from "node:assert/strict";
import path from "node:path";
import { fresh, prove, run, shots, until } from "./stage.mjs";

const sizes = { phone: { width: 390, height: 844 }, tablet: { width: 820, height: 1180 }, desktop: { width: 1440, height: 900 } };
let count = 0;

/** The whole page in every size and both lights; nothing may reach beyond its width. */
async function screens(page, name) {
  count += 1;
  const before = page.viewportSize();
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const file = path.join(shots, "watch", `${String(count).padStart(2, "0")}-${name}-${size}-${colorScheme}.png`);
      await page.screenshot({ path: file, fullPage: true });
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
    assert.ok(!wide, `${name} scrolls sideways on a ${size}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(before);
}

const at = (world, where) => new URL(where, world.doorward.address).href;
const person = (world, id) => world.people.find((one) => one.id === id);
const heading = (page, text) => page.getByRole("heading", { name: text }).first().waitFor();

/** Somebody of the staff, at the desk. */
async function operator(browser, world, faults, name) {
  const page = await fresh(browser, world, faults, { viewport: sizes.desktop });
  await page.goto(at(world, "/desk"));
  await page.getByRole("link", { name: /Example Hospital/ }).or(page.getByRole("button", { name: /Example Hospital/ })).first().click();
  await page.getByRole("button", { name }).click();
  await page.waitForURL((url) => url.pathname === "/desk");
  return page;
}

/** A person who came by the helpdesk's link and proved who they are. */
async function proven(browser, world, faults, id, purpose) {
  const who = person(world, id);
  const answer = await fetch(new URL("cases", `${world.doorward.api}`.replace(/\/?$/, "/")), {
    method: "POST",
    headers: { authorization: `Bearer ${world.doorward.tokens[0].token}`, "content-type": "application/json" },
    body: JSON.stringify({ purpose, account: who.login, ticket: "INC-4711", operator: "Robin Okafor" }),
  });
  const page = await fresh(browser, world, faults);
  await page.goto((await answer.json()).link.url);
  await page.locator("main form button").first().click();
  await until(page, "consent");
  await page.locator("form[action='/case/consent'] button").click();
  await page.waitForURL((url) => url.origin === new URL(world.persona.address).origin, { timeout: 60_000 });
  await prove(page, who, "pass");
  return page;
}

/** Opens a list until there is something in it, and the first of it. */
async function first(page, world, list) {
  for (let left = 300; left > 0; left -= 1) {
    await page.goto(at(world, list));
    const row = page.locator("a.row").first();
    if (await row.count()) return row;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`nothing ever waits at ${list}`);
}

const journeys = {
  async "the shield, a review, two approvals"(browser, world, faults) {
    const admin = await operator(browser, world, faults, "Sade Bello");
    await admin.goto(at(world, "/desk/shield"));
    await screens(admin, "shield-down");
    await admin.fill("#reason", "Calls in the name of the board since this morning");
    await admin.getByRole("button", { name: "Raise the shield" }).click();
    await heading(admin, "The shield is up");
    await screens(admin, "shield-up");

    const juergen = await proven(browser, world, faults, "juergen-mueller", "recover");
    await until(juergen, "review");
    const noor = await operator(browser, world, faults, "Noor Haddad");
    await (await first(noor, world, "/desk/reviews")).waitFor();
    await screens(noor, "reviews");
    await noor.locator("a.row").first().click();
    await screens(noor, "review-take");
    await noor.getByRole("button", { name: "Take it and look" }).click();
    await heading(noor, "Does it hold?");
    assert.doesNotMatch(await noor.content(), /Mueller/i, "the account is not told yet");
    await screens(noor, "review-judge");
    await noor.locator("#document-yes").check();
    await noor.locator("#face-yes").check();
    await noor.getByLabel("The document looks genuine").check();
    await noor.getByRole("button", { name: "Record my judgement" }).click();
    await heading(noor, "Is it the same person?");
    assert.match(await noor.content(), /juergen\.mueller@/);
    await screens(noor, "review-decide");
    await noor.locator("#same-yes").check();
    await noor.fill("#used", "identity card and selfie");
    await noor.getByLabel("Looked at every picture").check();
    await noor.fill("#reason", "umlauts written out, everything else agrees");
    await noor.getByRole("button", { name: "Decide" }).click();
    await noor.waitForURL(/said=decided/);
    await screens(noor, "reviews-none");

    await until(juergen, "approving");
    for (const [name, last] of [["Tomás Vidal", false], ["Greta Lindqvist", true]]) {
      const approver = await operator(browser, world, faults, name);
      await (await first(approver, world, "/desk/approvals")).waitFor();
      if (!last) await screens(approver, "approvals");
      await approver.locator("a.row").first().click();
      await heading(approver, /Approve case/);
      await screens(approver, last ? "approval-second" : "approval");
      if (!last) await approver.fill("#note", "Spoke to him on the number in his file");
      await approver.getByRole("button", { name: "I agree", exact: true }).click();
      await approver.waitForURL(/said=agreed/);
      if (!last) {
        await approver.goBack();
        await approver.reload();
        await screens(approver, "approval-barred");
      }
    }
    await until(juergen, "ready");
    await admin.goto(at(world, "/desk/shield"));
    await admin.fill("#reason", "Over");
    await admin.getByRole("button", { name: "Lower the shield" }).click();
    await heading(admin, "The shield is down");
  },

  async "the record, the settings, deliveries, erasing"(browser, world, faults) {
    const auditor = await operator(browser, world, faults, "Ewan Price");
    await auditor.goto(at(world, "/desk/record"));
    await screens(auditor, "record");
    await auditor.getByRole("button", { name: "Check the record" }).click();
    await auditor.getByText("The record is whole.").waitFor();
    await screens(auditor, "record-whole");
    const [copy] = await Promise.all([auditor.waitForEvent("download"), auditor.getByRole("button", { name: "Export" }).click()]);
    assert.equal(copy.suggestedFilename(), "record.jsonl");
    await auditor.goto(at(world, "/desk/record?who=noor"));
    await screens(auditor, "record-narrowed");
    await auditor.goto(at(world, "/desk/settings"));
    await auditor.getByRole("button", { name: "Ask all of them" }).click();
    await auditor.waitForURL(/said=checked/);
    await screens(auditor, "settings");

    const admin = await operator(browser, world, faults, "Sade Bello");
    await (await first(admin, world, "/desk/deliveries")).waitFor();
    await screens(admin, "deliveries");
    await admin.locator("a.row").last().click();
    await screens(admin, "delivery");
    await admin.getByRole("button", { name: "Send again" }).click();
    await admin.waitForURL(/said=replayed/);

    await admin.goto(at(world, "/desk/erase"));
    await screens(admin, "erase");
    const login = person(world, "juergen-mueller").login;
    await admin.fill("#account", login);
    await admin.getByRole("button", { name: "Look what is known" }).click();
    await screens(admin, "erase-confirm");
    await admin.fill("#confirm", "somebody else");
    await admin.getByRole("button", { name: "Erase for good" }).click();
    await admin.getByText("That is not the login above.").waitFor();
    await admin.fill("#confirm", login);
    await admin.getByRole("button", { name: "Erase for good" }).click();
    await heading(admin, "Erased");
    await screens(admin, "erase-done");
  },
};

await run(journeys, "watch");
