// Keys of the review desk. They press what is on the page, do nothing while a field has the focus, and can be switched off.
(() => {
  "use strict";
  const OFF = "e-plannacc-keys-off";
  const off = () => localStorage.getItem(OFF) === "1";
  const press = (key) => {
    if (document.querySelector("#review-desk .htmx-request")) return; // what is on the page is on its way out
    const target = document.querySelector(`#review-desk [data-key="${key}"]`);
    if (!target) return;
    if (target.matches("select, input, textarea")) target.focus();
    else target.click();
  };
  const tick = () => document.querySelector("#review-desk .queue .on input[type=checkbox]")?.click();
  const help = () => document.querySelector("#keys-help")?.toggleAttribute("open");
  const show = () => {
    const box = document.querySelector("#keys-off");
    if (box) box.checked = off();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return; // a held key decides one project only
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    if (event.key === "?") return help();
    if (off()) return;
    // By the place of the key, so that they work with a Thai keyboard too.
    const key = { KeyJ: "j", KeyK: "k", KeyA: "a", KeyR: "r", KeyU: "u" }[event.code];
    if (event.code === "KeyX") tick();
    else if (key) {
      event.preventDefault();
      press(key);
    }
  });
  // The second half of a double click would fall on the next project.
  const twice = (event) => event.detail > 1 && event.target.closest("#review-desk [name=verdict]") && event.preventDefault();
  document.addEventListener("click", twice);
  document.addEventListener("change", (event) => {
    if (event.target.id === "keys-off") localStorage.setItem(OFF, event.target.checked ? "1" : "0");
  });
  document.addEventListener("htmx:after:swap", show);
  show();
})();
