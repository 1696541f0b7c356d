// Sends the form on by itself. Without this, a person presses its button.
"use strict";

(() => {
  const form = document.querySelector("main form");
  form.submit();
})();
