// Ten people take pictures at once: how much slower do other pages get, and what does a verification cost?
//
//   cargo build --release -p doorward-lab && node tests/bench/captures.mjs [seconds] [people]
//
// Both halves run in one process, one after the other and again, against one gateway: the figure that counts is the ratio. What is asked
// meanwhile: the recovery page (no database) and the page of a case (a read). Asked at a steady pace, whether or not the last
// answer is there, so that a stall shows in as many answers as it delays.
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import os from "node:os";
import path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const program = process.env.DOORWARD_LAB ?? path.join(here, "../../target/release/doorward-lab");
const seconds = Number(process.argv[2] ?? 30);
const people = Number(process.argv[3] ?? 10);
/** Milliseconds between two questions of the one who measures. */
const PACE = 25;
/** Milliseconds between two frames of a challenge, as the page sends them. */
const FRAME = 250;
const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** Somebody with a cookie of their own. */
class Visitor {
  constructor(origin) {
    this.origin = origin;
    this.cookies = new Map();
  }

  async ask(where, options = {}) {
    const url = new URL(where, this.origin);
    const headers = { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "), ...options.headers };
    const answer = await fetch(url, { redirect: "manual", ...options, headers });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      this.cookies.set(name, value);
    }
    return answer;
  }

  /** The page that it ends at. */
  async page(where) {
    for (let left = 5; ; left -= 1) {
      const answer = await this.ask(where);
      const to = answer.headers.get("location");
      if (!to || left === 0) return answer.text();
      await answer.arrayBuffer();
      where = to;
    }
  }

  async press(page, action, fields = {}) {
    const token = /name="form_token"[^>]*value="([^"]*)"/.exec(page)?.[1] ?? "";
    const body = new URLSearchParams({ form_token: token, ...fields });
    const answer = await this.ask(action, { method: "POST", body, headers: { origin: this.origin } });
    await answer.arrayBuffer();
    return answer.headers.get("location") ?? action;
  }

  /** What the script of the capture pages sends; a busy server is waited for as the page waits. */
  async send(where, body, headers = {}) {
    for (;;) {
      const answer = await this.ask(where, {
        method: "POST",
        body,
        headers: { "content-type": "image/jpeg", "x-form-token": this.token, origin: this.origin, ...headers },
      });
      if (answer.status === 503) {
        counts.busy += 1;
        await answer.arrayBuffer();
        await sleep(1000 * Number(answer.headers.get("retry-after") ?? 1));
        continue;
      }
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${where}: ${answer.status} ${text.slice(0, 200)}`);
      return JSON.parse(text);
    }
  }
}

const counts = { done: 0, frames: 0, busy: 0, failed: 0 };

async function open(world, who) {
  const visitor = new Visitor(new URL(world.doorward.address).origin);
  const answer = await fetch(new URL("cases", `${world.doorward.api}`.replace(/\/?$/, "/")), {
    method: "POST",
    headers: { authorization: `Bearer ${world.doorward.tokens[0].token}`, "content-type": "application/json" },
    body: JSON.stringify({ purpose: "recover-automatic", account: who.login, ticket: "INC-1", operator: "Robin Okafor" }),
  });
  const link = (await answer.json()).link.url;
  const invited = await visitor.page(link);
  await visitor.press(invited, /<form[^>]*action="([^"]+)"/.exec(invited)?.[1] ?? link);
  return visitor;
}

/** The frames of a film: JPEG files one after another. */
function frames(file) {
  const film = readFileSync(file);
  const starts = [];
  for (let at = film.indexOf(Buffer.from([0xff, 0xd8, 0xff])); at >= 0; at = film.indexOf(Buffer.from([0xff, 0xd8, 0xff]), at + 3)) starts.push(at);
  return starts.map((start, index) => film.subarray(start, starts[index + 1]));
}

/** One whole verification: passport, challenge, picture. */
async function capture(world, who, photo) {
  const visitor = await open(world, who);
  const consent = await visitor.page("/case");
  await visitor.press(consent, "/case/consent");
  let page = await visitor.page("/capture");
  for (let left = 100; left > 0 && !page.includes('data-state="capture-'); left -= 1) {
    await sleep(100);
    page = await visitor.page("/capture");
  }
  if (page.includes('data-state="capture-where"')) {
    await visitor.press(page, "/capture/phone/back");
    page = await visitor.page("/capture");
  }
  await visitor.press(page, "/capture/kind", { kind: "passport" });
  page = await visitor.page("/capture");
  visitor.token = /data-token="([^"]*)"/.exec(page)[1];
  await visitor.send("/capture/picture/front", photo);
  const film = frames(who.papers.film);
  const began = performance.now();
  const now = () => film[Math.floor(((performance.now() - began) / 1000) * 30) % film.length];
  let step = await visitor.send("/capture/selfie/begin");
  for (let left = 400; left > 0; left -= 1) {
    const at = performance.now();
    const said = await visitor.send("/capture/selfie/frame", now(), { "x-step": `${step.step}`, "x-nonce": step.nonce });
    counts.frames += 1;
    if (said.still) {
      const straight = film[3];
      const end = await visitor.send("/capture/selfie/still", straight, { "x-nonce": said.still });
      if (end.next) counts.done += 1;
      return;
    }
    if (said.step) step = said.step;
    if (said.again) step = await visitor.send("/capture/selfie/begin");
    if (said.next) return;
    await sleep(Math.max(0, FRAME - (performance.now() - at)));
  }
}

/** Milliseconds of each answer, asked at a steady pace for so long. */
async function measure(visitor, where, until) {
  const taken = [];
  const waiting = [];
  while (performance.now() < until) {
    const began = performance.now();
    waiting.push(visitor.ask(where).then((answer) => answer.arrayBuffer()).then(() => taken.push(performance.now() - began)));
    await sleep(PACE);
  }
  await Promise.all(waiting);
  return taken.sort((one, other) => one - other);
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** Processor seconds of a process and its memory, from the kernel. */
function cost(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, peak: kib("VmHWM") / 1024, now: kib("VmRSS") / 1024 };
}

/** The gateway is the lab's child that serves. */
const child = (parent) => readdirSync("/proc").filter((name) => /^\d+$/.test(name)).find((pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("serve") && readFileSync(`/proc/${pid}/status`, "utf8").includes(`PPid:\t${parent}\n`);
  } catch {
    return false;
  }
});

const lab = spawn(program, ["--json", "--listen", "127.0.0.1:0", "--seed", "7"], { stdio: ["ignore", "pipe", "inherit"] });
const line = await new Promise((resolve, reject) => {
  createInterface({ input: lab.stdout }).once("line", resolve);
  lab.once("exit", (code) => reject(new Error(`the lab ended with ${code}`)));
});
const said = JSON.parse(line);
const world = await (await fetch(new URL("/world.json", said.start ?? said.lab?.address ?? said.lab))).json();
const cast = world.people.filter((one) => one.papers && one.recoverable);
const gateway = child(lab.pid);
const visitor = await open(world, cast[0]);
await visitor.page("/case");

const quiet = { "/": [], "/case": [] };
const loaded = { "/": [], "/case": [] };
const phase = async (into, length) => {
  const until = performance.now() + length * 1000;
  const [welcome, own] = await Promise.all([measure(visitor, "/", until), measure(visitor, "/case", until)]);
  into["/"].push(...welcome);
  into["/case"].push(...own);
};
// Photographs are taken beforehand: drawing them is the lab's work. Each is another one, because the same is refused.
const photos = [];
for (let moment = 1; moment <= 1 + people * Math.ceil(seconds / 8); moment += 1) {
  const who = cast[moment % cast.length];
  photos.push({ who, photo: Buffer.from(await (await fetch(`${who.papers.passport}?moment=${moment}`)).arrayBuffer()) });
}
// The models are loaded by the first of them; that is not what is measured.
const first = photos.pop();
await capture(world, first.who, first.photo);
await phase(quiet, seconds / 2);
const before = cost(gateway);
const done = counts.done;
const framesBefore = counts.frames;
let going = true;
const walks = Array.from({ length: people }, async () => {
  while (going) {
    const next = photos.pop();
    if (!next) return;
    try {
      await capture(world, next.who, next.photo);
    } catch (error) {
      counts.failed += 1;
      if (counts.failed < 4) console.error(`a capture failed: ${error.message}`);
      await sleep(500);
    }
  }
});
await phase(loaded, seconds);
const after = cost(gateway);
const finished = counts.done - done;
going = false;
await Promise.all(walks);
await phase(quiet, seconds / 2);
lab.kill("SIGTERM");

const row = (name, where) => {
  const [one, other] = [quiet[where], loaded[where]].map((times) => times.sort((a, b) => a - b));
  return `| ${name} | ${at(one, 0.5).toFixed(1)} | ${at(one, 0.99).toFixed(1)} | ${at(other, 0.5).toFixed(1)} | ${at(other, 0.99).toFixed(1)} | ${(at(other, 0.99) / at(one, 0.99)).toFixed(1)} | ${one.length} / ${other.length} |`;
};
console.log(`${os.cpus().length} cores, ${people} people taking pictures for ${seconds} s: ${finished} whole verifications, ${counts.frames} frames, ${counts.busy} times "busy", ${counts.failed} failed`);
console.log("\n| Page | alone: median ms | alone: p99 ms | with captures: median ms | with captures: p99 ms | p99 ratio | answers |\n|---|---|---|---|---|---|---|");
console.log(row("recovery page", "/"));
console.log(row("a case's page", "/case"));
const each = finished === 0 ? "nobody was through in that time" : `${((after.cpu - before.cpu) / finished).toFixed(2)} processor seconds for each whole verification (passport, previews, challenge, picture), those begun and not finished included`;
console.log(`\nGateway: ${((after.cpu - before.cpu) / seconds).toFixed(2)} processor seconds a second, ${((1000 * (after.cpu - before.cpu)) / Math.max(1, counts.frames - framesBefore)).toFixed(0)} ms for each frame; ${each}. Memory ${before.now.toFixed(0)} MiB before, at most ${after.peak.toFixed(0)} MiB.`);
