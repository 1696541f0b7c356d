// Copies a pass, counts down, and takes all of them off the page at the end. Without this the page leaves by itself when time
// is up.
"use strict";

(() => {
  const find = (id) => document.getElementById(id);
  const held = [...document.querySelectorAll(".held")];
  const said = find("said");
  const timer = document.querySelector("[data-seconds]");

  // Times are written in UTC; here they become the reader's own.
  const page = document.documentElement.lang;
  const language = navigator.languages.find((one) => one.split("-")[0] === page) ?? page;
  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) {
      const form = { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
      time.textContent = new Intl.DateTimeFormat(language, form).format(at);
    }
  }

  // The pass is shown once: a second press must not replace the answer to the first.
  for (const form of document.querySelectorAll("form")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
  }

  const select = (secret) => {
    const range = document.createRange();
    range.selectNodeContents(secret);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  for (const part of held) {
    const [secret, copy] = [part.querySelector("code"), part.querySelector("button")];
    if (!secret || !copy) continue;
    const label = copy.querySelector("span");
    const before = label.textContent;
    let back = 0;
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(secret.textContent);
      } catch {
        // No clipboard here: the pass stands selected, ready for the person's own copy command.
        select(secret);
        if (!document.execCommand("copy")) return;
      }
      label.textContent = copy.dataset.copied;
      said.textContent = copy.dataset.copied;
      clearTimeout(back);
      back = setTimeout(() => {
        label.textContent = before;
        said.textContent = "";
      }, 2500);
    });
  }

  const end = () => {
    if (held.length === 0) {
      location.replace(document.body.dataset.case);
      return;
    }
    // The text goes, and with it the very nodes that held it.
    for (const part of held) {
      part.querySelector("code")?.replaceChildren();
      part.remove();
    }
    find("gone").hidden = false;
    said.textContent = find("gone").textContent;
  };

  if (timer) {
    const until = Date.now() + 1000 * Number(timer.dataset.seconds);
    let warned = Number(timer.dataset.seconds) <= 60;
    timer.closest(".countdown").hidden = false;
    document.querySelector("[data-plain]").hidden = true; // It says the same without counting.
    const tick = () => {
      const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      timer.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (left <= 60 && !warned) {
        warned = true;
        if (said) said.textContent = timer.dataset.minute;
      }
      if (left === 0) {
        clearInterval(ticking);
        end();
      }
    };
    const ticking = setInterval(tick, 500);
    tick();
  }
})();
