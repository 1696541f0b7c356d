// Duo's ways to Doorward and Doorward's ways to Duo, in a real Chromium: the prompt's help link and the code that is typed there,
// a link that a ticket system signed, a push and the Universal Prompt as further checks, and Duo Single Sign-On by SAML.
import assert from "node:assert/strict";
import { agree, decline, heading, lucia, maria } from "./sent.mjs";
import { fresh, picture, prove, run, state, until } from "./stage.mjs";

const juergen = (world) => world.people.find((one) => one.id === "juergen-mueller");
const atDuo = (page, world) => page.waitForURL((url) => url.origin === new URL(world.duo.address).origin, { timeout: 60_000 });
const go = (page) => page.locator("form[action='/case/check'] button").click();

/** Signs in at the VPN, as far as Duo's prompt. */
async function toPrompt(page, world, person, pictures) {
  await page.goto(world.duo.application);
  if (pictures) await picture(page, "vpn");
  await page.fill("input[name=login]", person.login);
  await page.fill("input[name=password]", "anything");
  await page.getByRole("button", { name: "Sign in" }).click();
  await atDuo(page, world);
  assert.match(await page.textContent("main"), /to Example VPN/);
}

/** Types a code at the prompt. */
async function typeCode(page, code) {
  await page.fill("input[name=passcode]", code);
  await page.getByRole("button", { name: "Use the bypass code" }).click();
}

/** The code, shown once, and the page that leads back. */
async function takeCode(page, pictures) {
  await until(page, "ready");
  if (pictures) await picture(page, "code-ready");
  await page.locator("form[action='/case/reveal'] button").click();
  await until(page, "shown");
  if (pictures) await picture(page, "code-shown");
  const code = (await page.textContent("#secret")).trim();
  assert.match(code, /^\d{9}$/);
  const [back] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("link", { name: /back to sign-in/i }).click()]);
  await back.waitForLoadState();
  back.scripted = page.scripted;
  return { code, back };
}

/** From the question to the code, typed at the prompt and good for once. */
async function codeUsed(page, world, person, pictures) {
  await agree(page);
  await prove(page, person, "pass");
  const { code, back } = await takeCode(page, pictures);
  assert.equal(back.url(), world.duo.application);
  await toPrompt(back, world, person, false);
  await typeCode(back, code);
  await heading(back, "You are connected");
  assert.equal(await back.textContent("#factor"), "bypass_code");
  if (pictures) await picture(back, "vpn-connected");
  await toPrompt(back, world, person, false);
  await typeCode(back, code);
  await back.getByText("Invalid passcode").waitFor();
  if (pictures) await picture(back, "prompt-used-code");
}

/** By the help link, as anybody. */
async function helped(page, world, person, pictures) {
  await toPrompt(page, world, person, pictures);
  if (pictures) await picture(page, "prompt");
  await page.getByRole("link", { name: world.duo.help_link }).click();
  await until(page, "login");
  if (pictures) await picture(page, "login-from-duo");
  await page.fill("input[name=login]", person.login);
  await page.locator("main form button").first().click();
  await until(page, "consent");
  if (pictures) await picture(page, "consent-from-duo");
  await codeUsed(page, world, person, pictures);
}

/** The helpdesk's link to a purpose that asks further, as far as the first question. */
async function askedFurther(page, world, person) {
  const response = await fetch(new URL("cases", `${world.doorward.api}`.replace(/\/?$/, "/")), {
    method: "POST",
    headers: { authorization: `Bearer ${world.doorward.tokens[0].token}`, "content-type": "application/json" },
    body: JSON.stringify({ purpose: "recover-checked", account: person.login, ticket: "INC-4712", operator: "Noor Haddad" }),
  });
  assert.equal(response.status, 201, await response.clone().text());
  await page.goto((await response.json()).link.url);
  await page.locator("main form button").first().click();
  await until(page, "consent");
  await agree(page);
  await prove(page, person, "pass");
  await until(page, "push");
}

/** The phone, in its owner's hand: another browser. */
async function phoneOf(browser, world, faults, person) {
  const phone = await fresh(browser, world, faults);
  await phone.goto(`${world.duo.phones}/${person.duo_user}`);
  return phone;
}

async function post(url, body) {
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  assert.ok(response.status < 300, `${url}: ${response.status}`);
}

const newest = async (world) => (await (await fetch(world.duo.knobs.pushes)).json()).at(-1);

/** The administrator's page, where the help link is entered. */
async function enterLink(browser, world, faults, pictures) {
  const admin = await fresh(browser, world, faults);
  await admin.goto(world.duo.messaging);
  await admin.fill("input[name=help_links]", "not an address");
  await admin.getByRole("button", { name: "Save" }).click();
  await admin.getByText("Invalid request parameters").waitFor();
  await admin.fill("input[name=help_links]", world.duo.help_link);
  await admin.getByRole("button", { name: "Save" }).click();
  await admin.waitForLoadState();
  assert.equal(await admin.inputValue("input[name=help_links]"), world.duo.help_link);
  if (pictures) await picture(admin, "panel");
}

/** At Duo Single Sign-On, and on to Doorward. */
async function signOn(page, world, way, pictures) {
  await page.goto(world.duo_sso);
  if (pictures) await picture(page, "duo-sso");
  await page.fill("input[name=binding]", way);
  await page.getByRole("button", { name: /continue with doorward/i }).click();
  if (way === "post") await page.locator("main form button").click();
  await until(page, "login");
  await page.fill("input[name=login]", maria(world).login);
  await page.locator("main form button").first().click();
  await until(page, "consent");
  if (pictures) await picture(page, "consent-for-duo");
}

/** Without scripts a person sends the answer by hand. */
async function passage(page) {
  if (page.scripted) return;
  await until(page, "passage");
  await page.locator("main form button").click();
}

const journeys = {
  async "the prompt's help link: a code, typed there and good for once"(browser, world, faults) {
    await enterLink(browser, world, faults, true);
    await helped(await fresh(browser, world, faults), world, maria(world), true);
  },

  async "the prompt's help link, without scripts"(browser, world, faults) {
    await helped(await fresh(browser, world, faults, { javaScriptEnabled: false }), world, lucia(world), false);
  },

  async "a link that the ticket system signed, opened by a second browser last"(browser, world, faults) {
    const desk = await fresh(browser, world, faults);
    await desk.goto(world.lab.address);
    const form = desk.locator("form[action='/desk/signed']");
    await form.locator("select[name=person]").selectOption("lucia-fernandez-ibanez");
    await form.getByRole("button", { name: "Sign a link" }).click();
    const link = await desk.locator("a.recovery").first().getAttribute("href");
    const page = await fresh(browser, world, faults);
    await page.goto(link);
    await until(page, "invited");
    await picture(page, "invited-by-ticket-system");
    await page.locator("main form button").first().click();
    await until(page, "consent");
    const stranger = await fresh(browser, world, faults);
    await stranger.goto(link);
    assert.equal(await state(stranger), "link-used");
    await codeUsed(page, world, lucia(world), false);
  },

  async "asked further: a push approved on the phone, then the Universal Prompt, every screen looked at"(browser, world, faults) {
    const person = juergen(world);
    const page = await fresh(browser, world, faults);
    await askedFurther(page, world, person);
    await picture(page, "push");
    await go(page);
    await until(page, "push-sent");
    await picture(page, "push-sent");
    // Nobody answers this one.
    await post(`${world.duo.knobs.pushes}/${await newest(world)}`, "timeout");
    await until(page, "push-again");
    await picture(page, "push-again");
    await go(page);
    await until(page, "push-sent");
    const phone = await phoneOf(browser, world, faults, person);
    await picture(phone, "phone");
    await phone.getByRole("button", { name: "Approve" }).click();
    await phone.getByText("You approved the last one.").waitFor();
    await picture(phone, "phone-answered");
    await until(page, "prompt");
    await picture(page, "prompt-wanted");
    await go(page);
    await atDuo(page, world);
    await picture(page, "prompt-as-check");
    // Back by hand, without an answer.
    await page.goto(new URL("/case", world.doorward.address).href);
    await until(page, "prompt-again");
    await picture(page, "prompt-again");
    await go(page);
    await atDuo(page, world);
    await page.getByRole("button", { name: "Approve on the phone" }).click();
    await until(page, "ready");
    await page.locator("form[action='/case/reveal'] button").click();
    await until(page, "shown");
  },

  async "asked further, without scripts, with a number to type on the phone"(browser, world, faults) {
    const person = juergen(world);
    await post(world.duo.knobs.policy, { verified_push: true });
    try {
      const page = await fresh(browser, world, faults, { javaScriptEnabled: false });
      await askedFurther(page, world, person);
      await go(page);
      await until(page, "push-sent");
      await picture(page, "push-number");
      const number = (await page.textContent(".secret code")).trim();
      assert.match(number, /^\d{6}$/);
      const phone = await phoneOf(browser, world, faults, person);
      await phone.fill("input[name=code]", number === "000000" ? "111111" : "000000");
      await phone.getByRole("button", { name: "Approve" }).click();
      await phone.getByText("That is not the number").waitFor();
      await picture(phone, "phone-number");
      await phone.fill("input[name=code]", number);
      await phone.getByRole("button", { name: "Approve" }).click();
      await until(page, "prompt");
      await go(page);
      await atDuo(page, world);
      await page.getByRole("button", { name: "Approve on the phone" }).click();
      await until(page, "ready");
    } finally {
      await post(world.duo.knobs.policy, { verified_push: false });
    }
  },

  async "asked further: denied, and reported by the phone's owner"(browser, world, faults) {
    for (const button of ["Deny", "It was not me"]) {
      const page = await fresh(browser, world, faults);
      await askedFurther(page, world, lucia(world));
      await go(page);
      await until(page, "push-sent");
      const phone = await phoneOf(browser, world, faults, lucia(world));
      await phone.getByRole("button", { name: button }).click();
      await until(page, "refused");
      assert.doesNotMatch((await page.textContent("main")).toLowerCase(), /fraud|denied|reported/);
      if (button === "Deny") await picture(page, "refused-by-phone");
    }
  },

  async "Duo Single Sign-On: a request in an address"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await signOn(page, world, "redirect", true);
    await agree(page);
    await prove(page, maria(world), "pass");
    await heading(page, "You are signed in");
    assert.match(await page.textContent("main"), new RegExp(maria(world).login));
    await picture(page, "duo-sso-in");
  },

  async "Duo Single Sign-On: a request in a form, without scripts"(browser, world, faults) {
    const page = await fresh(browser, world, faults, { javaScriptEnabled: false });
    await signOn(page, world, "post", false);
    await agree(page);
    await prove(page, maria(world), "pass");
    await passage(page);
    await heading(page, "You are signed in");
  },

  async "Duo Single Sign-On: refused, and a person who does not agree"(browser, world, faults) {
    const page = await fresh(browser, world, faults);
    await signOn(page, world, "redirect", false);
    await agree(page);
    await prove(page, maria(world), "wrong-name");
    await page.getByText("AuthnFailed").waitFor({ timeout: 60_000 });
    await picture(page, "duo-sso-refused");
    await signOn(page, world, "post", false);
    await decline(page);
    await page.getByText("RequestDenied").waitFor({ timeout: 60_000 });
  },
};

await run(journeys, "duo");
