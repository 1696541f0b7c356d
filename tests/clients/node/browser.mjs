// A browser without scripts, played by a script: cookies, redirects, forms. It stops where the answer to a relying party
// leaves for the party's own address, because nobody listens there.
import assert from "node:assert/strict";

const MOST_REDIRECTS = 20; // browsers give up about here

/** Text as HTML means it. */
function plain(text) {
  const named = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, name) => {
    if (name.startsWith("#")) return String.fromCodePoint(/^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1)));
    return named[name] ?? whole;
  });
}

function attributes(tag) {
  const found = {};
  for (const [, name, , bare, double, single] of tag.matchAll(/\s([\w-]+)(=("([^"]*)"|'([^']*)'|[^\s>]+))?/g)) {
    found[name.toLowerCase()] = plain(double ?? single ?? bare ?? "");
  }
  return found;
}

/** The forms of a page, with what they would send if nothing were filled in. */
function forms(html, base) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head, body]) => {
    const { action = "", method = "get" } = attributes(` ${head}`);
    const inputs = [...body.matchAll(/<input\b[^>]*>/gi)].map(([tag]) => attributes(tag)).filter((input) => input.name);
    const button = attributes(body.match(/<button\b[^>]*>/i)?.[0] ?? "");
    const sent = [...inputs, ...(button.name ? [button] : [])].filter(({ type, ...rest }) => !["radio", "checkbox", "file"].includes(type) || "checked" in rest);
    return {
      action: new URL(action, base),
      method: method.toUpperCase(),
      names: new Set(inputs.filter(({ type }) => type !== "file").map(({ name }) => name)),
      fields: new Map(sent.map(({ name, value = "" }) => [name, value])),
    };
  });
}

export class Browser {
  #cookies = []; // by host, as browsers do: ports share them
  /** The open page: `url`, `status`, `html`, `forms`. */
  page = null;
  /** What left for the relying party: the redirect as URL, or the posted form as Request. */
  answer = null;

  /** Stops at `callback`, the relying party's address. */
  constructor(callback) {
    this.callback = new URL(callback);
  }

  /** What the page says of itself. */
  get state() {
    return this.page?.html.match(/<body[^>]*\sdata-state="([^"]*)"/)?.[1];
  }

  get heading() {
    return plain(this.page?.html.match(/<h1[^>]*>([\s\S]*?)<\/h1>/)?.[1] ?? "").trim();
  }

  /** Opens an address and follows where it leads. */
  async open(address, { method = "GET", body } = {}) {
    let url = new URL(address);
    const from = this.page && new URL(this.page.url).origin;
    this.answer = this.page = null;
    for (let hops = 0; hops < MOST_REDIRECTS; hops += 1) {
      if (this.#isCallback(url)) return (this.answer = url);
      const headers = { accept: "text/html", "accept-language": "en", "sec-fetch-site": !from ? "none" : from === url.origin ? "same-origin" : "same-site" };
      const cookie = this.#cookies.filter((one) => one.host === url.hostname && url.pathname.startsWith(one.path)).map((one) => `${one.name}=${one.value}`).join("; ");
      if (cookie) headers.cookie = cookie;
      if (body) Object.assign(headers, { "content-type": "application/x-www-form-urlencoded", origin: from ?? "null" });
      const response = await fetch(url, { method, headers, body, redirect: "manual" });
      this.#keep(url, response.headers.getSetCookie());
      if ([301, 302, 303, 307, 308].includes(response.status)) {
        assert.ok(!body || response.status < 307, "a form must not be sent on to another address");
        url = new URL(response.headers.get("location"), url);
        [method, body] = ["GET", undefined];
        continue;
      }
      const html = await response.text();
      this.page = { url: url.href, status: response.status, html, forms: forms(html, url) };
      const posted = this.page.forms.find((form) => this.#isCallback(form.action));
      if (posted) this.answer = new Request(posted.action, { method: "POST", body: new URLSearchParams([...posted.fields]) });
      return this.answer ?? this.page;
    }
    assert.fail(`redirects without end at ${url.origin}${url.pathname}`);
  }

  /** The form with this path that takes these fields. */
  form(path, fields = {}) {
    return this.page?.forms.find((form) => form.action.pathname === path && Object.keys(fields).every((name) => form.names.has(name)));
  }

  /** Fills a form in and sends it. */
  submit(form, fields = {}) {
    const body = new URLSearchParams([...new Map([...form.fields, ...Object.entries(fields)])]);
    if (form.method === "POST") return this.open(form.action, { method: "POST", body: body.toString() });
    return this.open(Object.assign(new URL(form.action), { search: body.toString() }));
  }

  #isCallback(url) {
    return url.origin === this.callback.origin && url.pathname === this.callback.pathname;
  }

  #keep(url, lines) {
    for (const line of lines) {
      const [pair, ...rest] = line.split(";").map((part) => part.trim());
      const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      const of = Object.fromEntries(rest.map((part) => part.split("=")).map(([key, ...text]) => [key.toLowerCase(), text.join("=")]));
      const path = of.path ?? (url.pathname.replace(/\/[^/]*$/, "") || "/");
      this.#cookies = this.#cookies.filter((one) => one.name !== name || one.host !== url.hostname || one.path !== path);
      const ended = "max-age" in of ? Number(of["max-age"]) <= 0 : Date.parse(of.expires ?? "") <= Date.now();
      if (!ended) this.#cookies.push({ host: url.hostname, name, value, path });
    }
  }
}
