// Looks every few seconds where the case stands, and goes there when it has moved. Without this the page reloads itself.
"use strict";

(() => {
  const { state, status, case: address } = document.body.dataset;
  // Nothing is left to wait for: the case's address leads back to where the person came from.
  if (state === "returning") {
    location.replace(address);
    return;
  }
  const SHORTEST = 1500; // A person at a waiting page notices no difference below this.
  const LONGEST = 15000; // Long enough to be no burden, short enough that nobody reloads by hand.
  let pause = SHORTEST;
  let timer = 0;
  let asking = false;

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(look, pause);
    pause = Math.min(pause * 1.25, LONGEST);
  };

  const look = async () => {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(status, { cache: "no-store", headers: { accept: "application/json" } });
      if (answer.ok) {
        if ((await answer.json()).state !== state) {
          location.replace(address);
          return;
        }
      } else if (answer.status < 500 && answer.status !== 429) {
        // No case for this browser any more: the page itself says what that means.
        location.replace(address);
        return;
      } else {
        pause = Math.max(pause, 1000 * (Number(answer.headers.get("retry-after")) || 0));
      }
    } catch {
      // The line is down; it is tried again.
    } finally {
      asking = false;
    }
    later();
  };

  // Back from another tab or from the verifier: look at once.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      pause = SHORTEST;
      look();
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) look();
  });
  later();

  // How long something is good for; when that is over, the page has moved on by itself.
  const clock = document.querySelector("[data-seconds]");
  if (clock) {
    const until = Date.now() + 1000 * Number(clock.dataset.seconds);
    const plain = document.querySelector("[data-plain]");
    clock.closest(".countdown").hidden = false;
    if (plain) plain.hidden = true; // It says the same without counting.
    const tick = () => {
      const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    };
    setInterval(tick, 500);
    tick();
  }
})();
