// The score grid moves like a spreadsheet: arrows and Enter go from cell to cell. Leaving a changed cell saves it (htmx).
(() => {
  "use strict";
  const rows = () => [...document.querySelectorAll("#scores .scores tbody")];
  const cells = (row) => [...row.querySelectorAll(".cell input:not([type=hidden])")];
  const go = (cell) => {
    cell?.focus();
    cell?.select();
  };
  // Up and down skip rows that are published and have no cells.
  const vertical = (input, step) => {
    const all = rows();
    const place = cells(input.closest("tbody")).indexOf(input);
    let at = all.indexOf(input.closest("tbody")) + step;
    while (all[at] && !cells(all[at])[place]) at += step;
    return all[at] && cells(all[at])[place];
  };
  const horizontal = (input, step) => {
    const row = cells(input.closest("tbody"));
    return row[row.indexOf(input) + step];
  };
  const wholeTextSelected = (input) => input.selectionStart === 0 && input.selectionEnd === input.value.length;
  const next = (event, input) => {
    const edge = wholeTextSelected(input);
    const { selectionStart: start, selectionEnd: end } = input;
    if (event.key === "ArrowUp") return vertical(input, -1);
    if (event.key === "ArrowDown") return vertical(input, 1);
    if (event.key === "Enter") return vertical(input, event.shiftKey ? -1 : 1);
    if (event.key === "ArrowLeft" && (edge || end === 0)) return horizontal(input, -1);
    if (event.key === "ArrowRight" && (edge || start === input.value.length)) return horizontal(input, 1);
    return undefined;
  };
  const inCell = (element) => element.closest?.("#scores .cell") && element.matches("input:not([type=hidden])");

  let before = ""; // what the cell held when it got the focus: a refused one can be sent again as it is
  document.addEventListener("focusin", (event) => {
    if (!inCell(event.target)) return;
    before = event.target.value;
    event.target.select();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !inCell(event.target)) return;
    const input = event.target;
    if (event.key === "Escape") {
      input.value = before;
      input.select();
      return;
    }
    if (event.key === "Enter" && input.closest(".bad") && input.value === before) {
      input.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    const to = next(event, input);
    if (!to) return;
    event.preventDefault();
    go(to);
  });
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
    for (const input of document.querySelectorAll("#scores .cell input:not([type=hidden])")) {
      if (input.value !== input.defaultValue) input.closest(".cell").classList.add("bad");
    }
  });
  document.addEventListener("htmx:error", unsent);
  document.addEventListener("htmx:response:error", unsent);
})();
