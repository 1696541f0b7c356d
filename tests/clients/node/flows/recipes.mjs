// The recipes of deploy/recipes against messages as Doorward sent them (../messages, recorded in a lab), signed here: what is from Doorward
// reaches the other system in the shape that it takes, and nothing else does. The other systems are stood in for.
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import vm from "node:vm";

const RECIPES = new URL("../../../../deploy/recipes/", import.meta.url);
const { relay } = await import(new URL("relay.mjs", RECIPES));
const secret = () => `whsec_${randomBytes(32).toString("base64")}`;
const recorded = (name) => readFileSync(new URL(`../messages/${name}.json`, import.meta.url), "utf8").trim();
const script = (name) => readFileSync(new URL(name, RECIPES), "utf8");

/** The same message about another ticket. */
const about = (text, ticket) => text.replace(/"ticket":("[^"]*"|null)/, `"ticket":${JSON.stringify(ticket)}`);

function signed(body, by, { id = `msg_${randomBytes(16).toString("hex")}`, at = Date.now() } = {}) {
  const time = String(Math.floor(at / 1000));
  const mac = createHmac("sha256", Buffer.from(by.slice(6), "base64")).update(`${id}.${time}.${body}`).digest("base64");
  return { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": time, "webhook-signature": `v1,${mac}` };
}

async function listening(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
}

/** The other system: remembers what it was asked and answers with `status`. */
async function stand() {
  const asked = [];
  const system = { asked, status: 200 };
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => (text += part));
    request.on("end", () => {
      asked.push({ method: request.method, path: request.url, headers: request.headers, body: JSON.parse(text) });
      response.writeHead(system.status).end();
    });
  });
  system.url = await listening(server);
  system.close = () => server.close();
  return system;
}

/** Runs `use` with the relay to a target, a function that posts to it, and the system behind it. */
async function relayed(name, more, use) {
  const system = await stand();
  const by = secret();
  const { default: target } = await import(new URL(`${name}.mjs`, RECIPES));
  const path = name === "slack" || name === "teams" ? "/services/a-secret-path" : "";
  const server = relay(target, { DOORWARD_SECRET: by, TARGET_URL: `${system.url}${path}`, ...more });
  const url = await listening(server);
  const post = async (body, headers = signed(body, by)) => (await fetch(url, { method: "POST", body, headers })).status;
  try {
    await use({ post, asked: system.asked, system, by });
  } finally {
    server.close();
    system.close();
  }
}

const closed = recorded("case.closed");
const opened = recorded("case.opened");

/** ServiceNow's script of a Scripted REST resource, with what it uses stood in for. */
function serviceNow(body, headers, { secrets, journal = "", known = true }) {
  const notes = [];
  let status = 0;
  class GlideRecord {
    work_notes = { getJournalEntry: () => journal };
    get(field, number) {
      assert.equal(field, "number");
      this.number = number;
      return known;
    }
    update() {
      notes.push({ number: this.number, note: this.work_notes });
    }
  }
  class GlideCertificateEncryption {
    generateMac(key, algorithm, data) {
      assert.equal(algorithm, "HmacSHA256");
      return createHmac("sha256", Buffer.from(key, "base64")).update(data).digest("base64");
    }
  }
  class GlideDateTime {
    getNumericValue() {
      return Date.now();
    }
  }
  const request = { getHeader: (name) => headers[name] ?? null, body: { dataString: body } };
  const response = { setStatus: (code) => (status = code) };
  const property = secrets.map((one) => one.slice(6)).join(" ");
  const gs = { getProperty: (name) => (name === "x_doorward.secret" ? property : null) };
  vm.runInNewContext(script("servicenow_hear.js"), { request, response, gs, GlideRecord, GlideCertificateEncryption, GlideDateTime });
  return { status, notes };
}

export default {
  "the relay passes on what Doorward signed, and nothing else": () =>
    relayed("slack", {}, async ({ post, asked, by }) => {
      assert.equal(await post(closed), 204);
      assert.equal(asked.length, 1);
      const headers = signed(closed, by);
      assert.equal(await post(closed, signed(closed, secret())), 401);
      assert.equal(await post(`${closed} `, headers), 401);
      assert.equal(await post(closed, signed(closed, by, { at: Date.now() - 600_000 })), 401);
      assert.equal(await post(closed, { ...headers, "webhook-id": "msg_another" }), 401);
      assert.equal(await post(closed, { "content-type": "application/json" }), 401);
      // Two signatures stand there while a secret is changed.
      const two = `${signed(closed, secret())["webhook-signature"]} ${headers["webhook-signature"]}`;
      assert.equal(await post(closed, { ...headers, "webhook-signature": two }), 204);
      assert.equal(asked.length, 2);
    }),

  "what the other system does not take is sent again by Doorward": () =>
    relayed("slack", {}, async ({ post, system }) => {
      system.status = 500;
      assert.equal(await post(closed), 502);
    }),

  "a trial is taken and goes no further": () =>
    relayed("slack", {}, async ({ post, asked }) => {
      assert.equal(await post('{"type":"webhook.test","timestamp":"2026-01-15T10:00:00Z","data":{}}'), 204);
      assert.equal(asked.length, 0);
    }),

  "Slack reads a line of text, with its own signs escaped": () =>
    relayed("slack", {}, async ({ post, asked }) => {
      await post(about(closed, "INC <!channel> & more"));
      const [{ path, body }] = asked;
      assert.equal(path, "/services/a-secret-path");
      assert.match(body.text, /^INC &lt;!channel&gt; &amp; more · case [A-Z0-9]{4}-[A-Z0-9]{4}: it is over: withdrawn$/);
      assert.equal(body.blocks[0].text.text, body.text);
    }),

  "Teams shows an Adaptive Card": () =>
    relayed("teams", {}, async ({ post, asked }) => {
      await post(opened);
      const [attachment] = asked[0].body.attachments;
      assert.equal(asked[0].body.type, "message");
      assert.equal(attachment.contentType, "application/vnd.microsoft.card.adaptive");
      assert.match(attachment.content.body[0].text, /a recovery was begun$/);
    }),

  "Jira gets an internal comment on the request that the ticket names, and no other": () =>
    relayed("jira", { JIRA_USER: "machine@example.com", JIRA_TOKEN: "t" }, async ({ post, asked }) => {
      await post(about(closed, "HELP-42"));
      assert.equal(asked[0].path, "/rest/servicedeskapi/request/HELP-42/comment");
      assert.equal(asked[0].body.public, false);
      assert.equal(asked[0].headers.authorization, `Basic ${btoa("machine@example.com:t")}`);
      for (const ticket of [null, "INC1", "../../etc", "HELP-42/../HELP-1"]) assert.equal(await post(about(closed, ticket)), 204);
      assert.equal(asked.length, 1);
    }),

  "Zendesk gets an internal note on the ticket, and no other": () =>
    relayed("zendesk", { ZENDESK_TOKEN: "t" }, async ({ post, asked }) => {
      await post(about(closed, "4711"));
      const [{ method, path, body }] = asked;
      assert.deepEqual([method, path], ["PUT", "/api/v2/tickets/4711.json"]);
      assert.equal(body.ticket.comment.public, false);
      assert.match(body.ticket.comment.body, /: it is over: withdrawn\n\(msg_[0-9a-f]{32}\)$/);
      for (const ticket of [null, "INC1", "4711/../1"]) assert.equal(await post(about(closed, ticket)), 204);
      assert.equal(asked.length, 1);
    }),

  "ServiceNow verifies with either secret and writes one work note on the incident": () => {
    const [old, fresh] = [secret(), secret()];
    const body = about(closed, "INC0042");
    for (const by of [old, fresh]) {
      const { status, notes } = serviceNow(body, signed(body, by), { secrets: [old, fresh] });
      assert.equal(status, 204);
      assert.equal(notes.length, 1);
      assert.equal(notes[0].number, "INC0042");
      assert.match(notes[0].note, /"closed" \(withdrawn\)\ncase\.closed msg_/);
    }
    const headers = signed(body, old);
    const refused = [
      serviceNow(body, signed(body, secret()), { secrets: [old] }),
      serviceNow(`${body} `, headers, { secrets: [old] }),
      serviceNow(body, signed(body, old, { at: Date.now() - 600_000 }), { secrets: [old] }),
      serviceNow(body, {}, { secrets: [old] }),
      serviceNow(body, headers, { secrets: [] }),
    ];
    for (const { status, notes } of refused) assert.deepEqual([status, notes], [401, []]);
    const again = serviceNow(body, headers, { secrets: [old], journal: `case.closed ${headers["webhook-id"]}` });
    assert.deepEqual([again.status, again.notes], [204, []]);
    const other = about(closed, null);
    assert.deepEqual(serviceNow(other, signed(other, old), { secrets: [old] }).notes, []);
  },

  "ServiceNow opens a case and writes its link nowhere but to the person": async (world) => {
    const { api, tokens } = world.doorward;
    const person = world.people.find((one) => one.id === "maria-silva");
    const events = [];
    const errors = [];
    const run = async (account) => {
      let wish;
      // The script asks and waits; so it is run once to learn what it asks, and once more with Doorward's own answer.
      let told = { status: 201, body: '{"number":"","link":{"url":""}}' };
      const once = () => {
        const current = {
          caller_id: { getRefRecord: () => ({ getValue: (field) => (field === "email" ? account : "maria@private.example") }) },
          getValue: () => "INC0099",
          update() {},
        };
        class RESTMessageV2 {
          setStringParameterNoEscape() {}
          setRequestBody(text) {
            wish = text;
          }
          execute() {
            return { getStatusCode: () => told.status, getBody: () => told.body };
          }
        }
        const gs = {
          getProperty: () => tokens[0].token,
          getUserDisplayName: () => "Robin",
          addErrorMessage: (text) => errors.push(text),
          eventQueue: (...event) => events.push(event),
        };
        vm.runInNewContext(script("servicenow_open.js"), { current, action: { setRedirectURL() {} }, gs, sn_ws: { RESTMessageV2 } });
        return current;
      };
      once();
      events.length = 0;
      const answer = await fetch(new URL("cases", api), {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${tokens[0].token}` },
        body: wish,
      });
      told = { status: answer.status, body: await answer.text() };
      return { current: once(), told: JSON.parse(told.body) };
    };
    const { current, told } = await run(person.login);
    assert.deepEqual(errors, []);
    assert.equal(told.ticket, "INC0099");
    assert.deepEqual(events[0].slice(0, 1).concat(events[0].slice(2)), ["x_doorward.link", "maria@private.example", told.link.url]);
    assert.ok(current.work_notes.includes(told.number) && !current.work_notes.includes(told.link.url));
    await run("nobody.at.all@example.com");
    assert.equal(errors.length, 1);
    assert.equal(events.length, 0);
  },
};
