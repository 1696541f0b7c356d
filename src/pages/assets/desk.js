// Helps at the console: keys, copying, clocks, and parts of a page that follow by themselves. Every screen works without it.
"use strict";

(() => {
  const body = document.body;
  const search = document.getElementById("search");
  const find = document.getElementById("find");
  const help = document.getElementById("keys");

  // --- parts that follow ---------------------------------------------------------------------------------------------

  const SOONEST = 250; // Two changes at once are fetched once.
  const AGAIN = 5000; // How often a case is looked at while its stream is down.
  let fetching = false;
  let wanted = false;

  /** Whether somebody is filling something in there: then it is left alone. */
  const busy = (part) => {
    const active = document.activeElement;
    return part.contains(active) && active.matches("input:not([type=hidden]), select, textarea");
  };

  const put = (fresh) => {
    for (const part of document.querySelectorAll("[data-part]")) {
      const next = fresh.getElementById(part.id);
      if (!next || busy(part) || next.innerHTML === part.dataset.last) continue;
      // What was fetched is compared with what was fetched before: what stands here has its times turned already.
      const focus = part.contains(document.activeElement) ? document.activeElement.id : "";
      const open = [...part.querySelectorAll("details[open][id]")].map((one) => one.id);
      part.dataset.last = next.innerHTML;
      part.replaceChildren(...next.childNodes);
      for (const id of open) document.getElementById(id)?.setAttribute("open", "");
      if (focus) document.getElementById(focus)?.focus();
      dress(part);
    }
  };

  const look = async () => {
    if (fetching) {
      wanted = true;
      return;
    }
    fetching = true;
    try {
      const answer = await fetch(body.dataset.page ?? location.href, { cache: "no-store", headers: { accept: "text/html" } });
      // Signed out meanwhile, or no longer ours to see: the page itself says what that means.
      if (answer.redirected || answer.status === 404) {
        if (!body.dataset.page || location.pathname === body.dataset.page) location.reload();
      } else if (answer.ok) {
        put(new DOMParser().parseFromString(await answer.text(), "text/html"));
      }
    } catch {
      // The line is down; it is tried again.
    } finally {
      fetching = false;
    }
    if (wanted) {
      wanted = false;
      setTimeout(look, SOONEST);
    }
  };

  if (body.dataset.stream) {
    let timer = 0;
    const stream = new EventSource(body.dataset.stream);
    const soon = () => setTimeout(look, 0);
    stream.addEventListener("message", soon);
    stream.addEventListener("case", soon);
    stream.addEventListener("end", () => {
      stream.close();
      look();
    });
    stream.addEventListener("open", () => clearInterval(timer));
    stream.addEventListener("error", () => {
      clearInterval(timer);
      timer = setInterval(look, AGAIN);
    });
  }
  if (body.dataset.again) {
    setInterval(() => document.hidden || look(), 1000 * Number(body.dataset.again));
    document.addEventListener("visibilitychange", () => document.hidden || look());
  }

  // --- times, clocks, copying ------------------------------------------------------------------------------------------

  const language = navigator.languages.find((one) => one.split("-")[0] === document.documentElement.lang) ?? "en";
  const form = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });

  /** Times are written in UTC; here they become the reader's own. */
  const dress = (where) => {
    for (const time of where.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      if (time.title) time.title = form.format(at);
      else time.textContent = form.format(at);
    }
    for (const copy of where.querySelectorAll("[data-copy]")) {
      copy.hidden = false;
      copy.addEventListener("click", () => take(copy));
    }
  };

  const take = async (copy) => {
    const source = document.getElementById(copy.dataset.copy);
    const label = copy.querySelector("span") ?? copy;
    const before = label.textContent;
    if (before === copy.dataset.copied) return;
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      if (!document.execCommand("copy")) return;
    }
    label.textContent = copy.dataset.copied;
    setTimeout(() => {
      label.textContent = before;
    }, 2500);
  };

  const tick = () => {
    for (const clock of document.querySelectorAll("[data-until]")) {
      const left = Math.max(0, Math.round((new Date(clock.dataset.until).getTime() - Date.now()) / 1000));
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    }
  };
  if (document.querySelector("[data-until]")) {
    tick();
    setInterval(tick, 1000);
  }
  dress(document);

  // A form goes out once: a second press must not do it twice.
  document.addEventListener("submit", (event) => {
    const { target } = event;
    if (target.method === "dialog") return;
    if (target.dataset.sent) event.preventDefault();
    target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", (event) => {
    for (const form of document.forms) delete form.dataset.sent;
    // A page from the browser's memory may be long out of date.
    if (event.persisted && (body.dataset.stream || body.dataset.again)) look();
  });

  // --- keys ------------------------------------------------------------------------------------------------------------

  const toggle = document.querySelector("[data-keys]");
  if (toggle && help) {
    toggle.hidden = false;
    toggle.addEventListener("click", () => help.showModal());
  }
  let going = 0;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable], dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (going && Date.now() < going) {
      going = 0;
      document.querySelector(`.places a[data-letter="${CSS.escape(key)}"]`)?.click();
      event.preventDefault();
    } else if (key === "/" && (find ?? search)) {
      (find ?? search).focus();
      event.preventDefault();
    } else if (key === "n") {
      document.querySelector("[data-new]")?.click();
    } else if (key === "g") {
      going = Date.now() + 1500; // Long enough for the second key, short enough to be forgotten.
    } else if (key === "?" && help) {
      help.showModal();
    } else {
      going = 0;
    }
  });

  // The menu closes when somebody goes on elsewhere.
  const menu = document.querySelector(".who");
  document.addEventListener("click", (event) => {
    if (menu?.open && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu?.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
