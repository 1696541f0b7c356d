// Every flow of the provider by openid-client, and of the SAML identity provider by node-saml, against a lab that runs or one of its own.
//   node run.mjs                        starts a lab (`DOORWARD_LAB` names its program)
//   node run.mjs --world WORLD          a lab that runs: the file or the address of its world.json (or `DOORWARD_WORLD`)
//   node run.mjs --only TEXT            flows whose name holds TEXT
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import assurance from "./flows/assurance.mjs";
import bound from "./flows/bound.mjs";
import plain from "./flows/plain.mjs";
import pushed from "./flows/pushed.mjs";
import recipes from "./flows/recipes.mjs";
import refusal from "./flows/refusal.mjs";
import saml from "./flows/saml.mjs";
import samlForged from "./flows/saml_forged.mjs";
import session from "./flows/session.mjs";
import tokens from "./flows/tokens.mjs";

const { values } = parseArgs({ options: { world: { type: "string" }, only: { type: "string" } } });
const flows = { plain, pushed, assurance, tokens, bound, session, refusal, saml, "saml forged": samlForged, recipes };

const read = async (where) => (/^https?:/.test(where) ? (await fetch(where)).json() : JSON.parse(readFileSync(where, "utf8")));

/** Starts a lab and resolves with it and what it says of itself. */
async function startLab() {
  const program = process.env.DOORWARD_LAB ?? fileURLToPath(new URL("../../../target/debug/doorward-lab", import.meta.url));
  const lab = spawn(program, ["--json", "--listen", "127.0.0.1:0", "--seed", "7"], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: lab.stdout }).once("line", resolve);
    lab.once("error", reject);
    lab.once("exit", (code) => reject(new Error(`the lab ended with ${code}`)));
  });
  return { lab, world: await read(JSON.parse(line).world) };
}

const where = values.world ?? process.env.DOORWARD_WORLD;
const { lab, world } = where ? { world: await read(where) } : await startLab();
let [passed, failed] = [0, 0];
for (const [part, named] of Object.entries(flows)) {
  for (const [name, flow] of Object.entries(named)) {
    if (values.only && !`${part}: ${name}`.includes(values.only)) continue;
    try {
      await flow(world);
      passed += 1;
      console.log(`ok      ${part}: ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${part}: ${name}\n${error.stack}${error.cause ? `\n  because: ${JSON.stringify(error.cause?.message ?? error.cause)}` : ""}`);
    }
  }
}
lab?.kill("SIGTERM");
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
