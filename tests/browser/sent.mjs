// What the journeys of people whom somebody else sent have in common: how they arrive, and what they answer.
import { picture, until } from "./stage.mjs";

export const maria = (world) => world.people.find((one) => one.id === "maria-silva");
export const lucia = (world) => world.people.find((one) => one.id === "lucia-fernandez-ibanez");
export const heading = (page, name) => page.getByRole("heading", { name }).waitFor({ timeout: 60_000 });
export const agree = (page) => page.locator("form[action='/case/consent'] button").first().click();
export const decline = (page) => page.locator("form[action='/case/withdraw'] button").first().click();

/** From Okta's sign-in page to Doorward's question. */
export async function sentByOkta(page, world, operation, pictures) {
  await page.goto(world.okta.address);
  if (pictures) await picture(page, "okta-sign-in");
  await page.fill("input[name=login]", maria(world).login);
  await page.locator(`button[value=${operation}]`).click();
  if (pictures) await picture(page, "okta-vendor");
  await page.getByRole("button", { name: "Continue" }).click();
  await until(page, "consent");
  if (pictures) await picture(page, "consent-for-okta");
}

/** From Entra's sign-in to Doorward's question; with scripts the form posts itself. */
export async function sentByEntra(page, world, pictures, person = maria(world)) {
  await page.goto(world.entra.external_mfa);
  if (pictures) await picture(page, "entra-second-factor");
  await page.fill("input[name=login]", person.login);
  await page.fill("input[name=password]", "anything");
  await page.getByRole("button", { name: "Sign in" }).click();
  if (!page.scripted) await page.getByRole("button", { name: /approve with doorward/i }).click();
  await until(page, "consent");
  if (pictures) await picture(page, "consent-for-entra");
}
