// The score grid: leaving a changed cell saves it (htmx); how it is moved in is grid.js.
(() => {
  "use strict";
  const CELLS = "#scores .cell input:not([type=hidden])";
  const inCell = (element) => element.matches?.(CELLS);
  // A second value waits for the answer to the first, which brings a new cell: it is sent as an answer to that one.
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (!inCell(ctx.sourceElement)) return;
    ctx.target = ctx.sourceElement.closest(".cell");
    const seen = ctx.target.querySelector("input[type=hidden]");
    ctx.request.body.set(seen.name, seen.value);
  });
  // A cell that could not be sent says so by its colour; Enter tries again.
  const unsent = (event) => {
    const input = event.detail.ctx?.sourceElement;
    if (input && event.detail.ctx.response?.status !== 422 && inCell(input)) input.closest(".cell").classList.add("bad");
  };
  // Nor was what the browser put back into a page somebody returns to.
  addEventListener("pageshow", () => {
    for (const input of document.querySelectorAll(CELLS)) {
      if (input.value !== input.defaultValue) input.closest(".cell").classList.add("bad");
    }
  });
  document.addEventListener("htmx:error", unsent);
  document.addEventListener("htmx:response:error", unsent);
})();
