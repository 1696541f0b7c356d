// Stands between Doorward and systems that cannot verify Standard Webhooks themselves: verifies, has one of the files beside it
// turn the message into a request, and sends that. Node 20 or newer, no packages.
//
//   DOORWARD_SECRET=whsec_… TARGET=slack TARGET_URL=https://… node relay.mjs
//
// DOORWARD_SECRET  the secret of the [[webhook]]; two with a space between while it is changed
// TARGET           jira, slack, teams or zendesk: the file beside this one
// TARGET_URL       where requests go; what else a target needs stands at the top of its file
// PORT             where it listens on loopback; default 8787
//
// Put it behind a proxy with TLS. It keeps nothing: a message whose request fails is answered with 502, and Doorward sends it again.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const TOLERANCE = 5 * 60; // Standard Webhooks, "Verifying signatures"
const LONGEST = 64 * 1024;
const PATIENCE = 8_000; // Doorward waits ten seconds unless told otherwise

/** Whether a message is from Doorward: its id, its time and its raw body under one of the secrets. */
export function verified(headers, body, secrets, now = Date.now()) {
  const [id, time, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => headers[name] ?? "");
  if (!id || !/^\d+$/.test(time) || Math.abs(now / 1000 - Number(time)) > TOLERANCE) return false;
  const given = signatures.split(" ").filter((one) => one.startsWith("v1,")).map((one) => Buffer.from(one.slice(3), "base64"));
  return secrets.some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    const wanted = createHmac("sha256", key).update(`${id}.${time}.`).update(body).digest();
    return given.some((one) => one.length === wanted.length && timingSafeEqual(one, wanted));
  });
}

/** What a person reads of a message. */
export function told(message) {
  const { number, ticket, stage, end } = message.data.case;
  const what = {
    "case.opened": "a recovery was begun",
    "case.bound": "the link was opened; it works in no other browser now",
    "case.consented": "the person agreed to be checked",
    "case.proven": "the person proved who they are",
    "case.review": "a reviewer has to decide",
    "case.approval": "somebody has to approve",
    "case.checking": "the person is asked for a further check",
    "case.acting": "the account is being repaired",
    "case.stuck": "a step failed: an operator has to look",
    "case.ready": "the way back in waits for the person",
    "case.shown": "the person has the way back in",
    "case.closed": `it is over: ${end}`,
    "case.flagged": "somebody took it for fraud",
  }[message.type];
  return `${ticket ? `${ticket} · ` : ""}case ${number}: ${what ?? stage}`;
}

/** The relay as a server. `target` turns a message and the settings into a request, or into nothing. */
export function relay(target, settings) {
  const secrets = settings.DOORWARD_SECRET.split(" ");
  return createServer((request, response) => {
    const answer = (status) => response.writeHead(status).end();
    const parts = [];
    let length = 0;
    request.on("data", (part) => {
      length += part.length;
      if (length <= LONGEST) parts.push(part);
    });
    request.on("end", async () => {
      const body = Buffer.concat(parts);
      if (request.method !== "POST" || length > LONGEST) return answer(400);
      if (!verified(request.headers, body, secrets)) return answer(401);
      const message = JSON.parse(body);
      // What belongs to no case (webhook.test, shield.changed) is taken and goes no further.
      const wish = message.data.case && target(message, settings, request.headers["webhook-id"]);
      if (!wish) return answer(204);
      try {
        const { url, ...rest } = wish;
        const sent = await fetch(url, { ...rest, redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
        if (!sent.ok) console.error(`${message.type} ${request.headers["webhook-id"]}: answered with ${sent.status}`);
        return answer(sent.ok ? 204 : 502);
      } catch (error) {
        console.error(`${message.type} ${request.headers["webhook-id"]}: ${error.name}`);
        return answer(502);
      }
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const known = ["jira", "slack", "teams", "zendesk"];
  if (!known.includes(process.env.TARGET)) throw new Error(`TARGET must be one of ${known.join(", ")}`);
  const { default: target } = await import(`./${process.env.TARGET}.mjs`);
  const port = Number(process.env.PORT ?? 8787);
  relay(target, process.env).listen(port, "127.0.0.1", () => console.log(`listening on 127.0.0.1:${port}`));
}
