// Tables that work like a spreadsheet. `data-grid` of a table selects the cells of a row (a tbody): a box, or a group of
// radio buttons. Arrows, Enter and Ctrl+Home/End go from cell to cell, Shift marks a block, Ctrl+C and Ctrl+V exchange
// it with Excel, Ctrl+D fills down. A changed cell has a "change" event, as if it had been typed; who saves it listens.
// What a table knows better it says in events on the cell: grid:reach (about to be focused), grid:read and grid:write
// (detail.text; preventDefault after doing it oneself), and grid:pasted on the table (detail: rows, left over).
(() => {
  "use strict";
  const BOX = "input, textarea, select";
  const tableOf = (element) => element.closest?.("[data-grid]");
  const cellOf = (element) => {
    const table = tableOf(element);
    return table ? element.closest(table.dataset.grid) : null;
  };
  const rowsOf = (table) => [...table.tBodies];
  const cellsOf = (table, row) => [...row.querySelectorAll(table.dataset.grid)];
  const place = (cell) => {
    const table = tableOf(cell);
    const row = cell.closest("tbody");
    return { table, row: rowsOf(table).indexOf(row), column: cellsOf(table, row).indexOf(cell) };
  };
  const at = (table, row, column) => {
    const body = table.tBodies[row];
    return body && cellsOf(table, body)[column];
  };
  const boxOf = (cell) => (cell.matches(BOX) ? cell : (cell.querySelector(":checked") ?? cell.querySelector(BOX)));
  const ask = (name, target, detail) =>
    target.dispatchEvent(new CustomEvent(`grid:${name}`, { bubbles: true, cancelable: true, detail }));
  const selectAll = (box) => box.select?.();
  // A cell may stand in a part of its row that is closed until somebody comes (grid:reach), or has nothing to be asked.
  const reached = (cell) => {
    if (boxOf(cell).disabled) return false;
    ask("reach", cell);
    return boxOf(cell).offsetParent !== null;
  };
  const go = (cell) => {
    if (!cell || !reached(cell)) return;
    const box = boxOf(cell);
    box.focus();
    selectAll(box);
  };

  // Up and down skip rows that have no such cell: what is published, or closed, has none.
  const vertical = (cell, step) => {
    const { table, row, column } = place(cell);
    for (let next = row + step; table.tBodies[next]; next += step) {
      const found = at(table, next, column);
      if (found && reached(found)) return found;
    }
    return undefined;
  };
  const horizontal = (cell, step) => {
    const { table, row, column } = place(cell);
    for (let next = column + step; at(table, row, next); next += step) {
      const found = at(table, row, next);
      if (reached(found)) return found;
    }
    return undefined;
  };
  const isText = (box) => box.matches("textarea, input:not([type=radio], [type=checkbox])");
  const wholeTextSelected = (box) => box.selectionStart === 0 && box.selectionEnd === box.value.length;
  const edges = (box) => {
    if (!isText(box)) return { left: true, right: true, lines: true };
    const whole = wholeTextSelected(box);
    return {
      left: whole || box.selectionEnd === 0,
      right: whole || box.selectionStart === box.value.length,
      lines: whole || !box.value.includes("\n"),
    };
  };
  const next = (event, cell) => {
    const { left, right, lines } = edges(event.target);
    if (event.key === "ArrowUp" && lines) return vertical(cell, -1);
    if (event.key === "ArrowDown" && lines) return vertical(cell, 1);
    if (event.key === "Enter") return vertical(cell, event.shiftKey ? -1 : 1);
    if (event.key === "ArrowLeft" && left) return horizontal(cell, -1);
    if (event.key === "ArrowRight" && right) return horizontal(cell, 1);
    return undefined;
  };

  // --- a block of cells ---------------------------------------------------------------------------
  let block = null; // { table, from: [row, column], to: [row, column] }
  const span = () => {
    const [top, bottom] = [block.from[0], block.to[0]].sort((a, b) => a - b);
    const [left, right] = [block.from[1], block.to[1]].sort((a, b) => a - b);
    return { top, bottom, left, right };
  };
  const inBlock = () => {
    const { top, bottom, left, right } = span();
    const rows = rowsOf(block.table).slice(top, bottom + 1);
    return rows.map((row) => cellsOf(block.table, row).slice(left, right + 1));
  };
  const unmark = () => {
    for (const cell of document.querySelectorAll(".is-in")) cell.classList.remove("is-in");
  };
  const forget = () => {
    if (block) unmark();
    block = null;
  };
  const extend = (cell, to) => {
    const from = place(cell);
    block ??= { table: from.table, from: [from.row, from.column], to: [from.row, from.column] };
    block.to = to;
    unmark();
    for (const each of inBlock().flat()) each.classList.add("is-in");
    at(block.table, ...to)?.scrollIntoView({ block: "nearest" });
  };
  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const extendBy = (event, cell) => {
    const step = STEPS[event.key];
    const { left, right } = edges(event.target);
    if ((event.key === "ArrowLeft" && !left) || (event.key === "ArrowRight" && !right)) return false;
    const { table, row, column } = place(cell);
    const [atRow, atColumn] = block?.to ?? [row, column];
    const to = [atRow + step[0], atColumn + step[1]];
    if (at(table, ...to)) extend(cell, to);
    return true;
  };

  // --- reading and writing ------------------------------------------------------------------------
  const read = (cell) => {
    const detail = { text: cell.value ?? "" };
    ask("read", cell, detail);
    return detail.text;
  };
  const write = (cell, text) => {
    if (!ask("write", cell, { text })) return;
    const box = boxOf(cell);
    if (box.disabled || !isText(box) || box.value === text) return;
    box.value = text;
    for (const name of ["input", "change"]) box.dispatchEvent(new Event(name, { bubbles: true }));
  };
  const quoted = (text) => (/["\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const asText = (cells) => cells.map((row) => row.map(read).map(quoted).join("\t")).join("\n");
  // Cells that hold a tab, a line break or a quote stand in quotes, as Excel and LibreOffice write them.
  const asRows = (text) => {
    const rows = [[""]];
    let quotes = false;
    const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let i = 0; i < plain.length; i++) {
      const letter = plain[i];
      const row = rows.at(-1);
      if (quotes && letter === '"' && plain[i + 1] === '"') row[row.length - 1] += plain[i++];
      else if (quotes && letter === '"') quotes = false;
      else if (!quotes && letter === '"' && row.at(-1) === "" && plain.indexOf('"', i + 1) > 0) quotes = true;
      else if (!quotes && letter === "\t") row.push("");
      else if (!quotes && letter === "\n") rows.push([""]);
      else row[row.length - 1] += letter;
    }
    return rows;
  };
  const fill = (cells, text) => cells.forEach((cell) => write(cell, text));
  const paste = (start, rows) => {
    const { table, row, column } = place(start);
    const single = rows.length === 1 && rows[0].length === 1;
    if (single && block) return fill(inBlock().flat(), rows[0][0]);
    let to = row;
    let left = 0;
    for (const words of rows) {
      const body = table.tBodies[to++];
      words.forEach((text, further) => {
        const cell = body && at(table, to - 1, column + further);
        if (cell) write(cell, text);
        else left += 1;
      });
    }
    ask("pasted", table, { rows: Math.min(rows.length, table.tBodies.length - row), left });
  };
  const fillDown = (cell) => {
    if (block && block.from[0] !== block.to[0]) {
      const [first, ...others] = inBlock();
      for (const row of others) row.forEach((each, column) => write(each, read(first[column])));
      return;
    }
    const above = vertical(cell, -1);
    if (above) write(cell, read(above));
  };
  // One value goes where the caret is, as everywhere; several, or anything into a group of buttons, are a block.
  const isBlock = (data, box) => {
    const text = data.getData("text/plain").replace(/[\r\n]+$/, "");
    if (!isText(box) || text.includes("\t") || block) return true;
    return /[\r\n]/.test(text) && (!box.matches("textarea") || data.getData("text/html").includes("<table"));
  };

  // --- listeners, on the document: cells are swapped under them ---------------------------------------
  let before = ""; // what the cell held when it got the focus or was changed: a refused one can be sent again as it is
  let typed = false; // since then: only that is what Escape takes back
  document.addEventListener("focusin", ({ target }) => {
    const cell = cellOf(target);
    if (block && at(block.table, ...block.from) !== cell) forget();
    if (!cell || !isText(target)) return;
    before = target.value;
    typed = false;
    selectAll(target);
  });
  document.addEventListener("input", ({ target }) => (typed ||= target === document.activeElement));
  document.addEventListener("change", ({ target }) => {
    if (target !== document.activeElement || !cellOf(target)) return;
    before = target.value;
    typed = false;
  });
  document.addEventListener("mousedown", (event) => {
    const cell = cellOf(event.target);
    const active = cellOf(document.activeElement);
    if (cell && active && event.shiftKey && tableOf(cell) === tableOf(active) && cell !== active) {
      event.preventDefault();
      const { row, column } = place(cell);
      extend(active, [row, column]);
    } else forget();
  });
  document.addEventListener("keydown", (event) => {
    const cell = cellOf(event.target);
    if (!cell || event.isComposing || event.defaultPrevented) return;
    const box = event.target;
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
      if (event.code === "KeyD") fillDown(cell);
      else if (event.key === "Home" || event.key === "End") {
        const { table, column } = place(cell);
        const rows = rowsOf(table).map((_row, row) => at(table, row, column)).filter((each) => each && !boxOf(each).disabled);
        forget();
        go(event.key === "Home" ? rows[0] : rows.at(-1));
      } else return;
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      if (event.key !== "Enter" || !box.matches("textarea")) return;
      event.preventDefault(); // as in Excel: Enter goes down, this breaks the line
      box.setRangeText("\n", box.selectionStart, box.selectionEnd, "end");
      box.dispatchEvent(new Event("input", { bubbles: true }));
      return;
    }
    if (event.key === "Escape" && isText(box)) {
      forget();
      if (!typed) return;
      box.value = before;
      box.dispatchEvent(new Event("input", { bubbles: true }));
      selectAll(box);
      return;
    }
    if (event.shiftKey && event.key in STEPS) {
      if (extendBy(event, cell)) event.preventDefault();
      return;
    }
    if (event.key === "Enter" && cell.closest(".bad") && isText(box) && box.value === before) {
      event.preventDefault();
      box.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    const to = next(event, cell);
    if (to || (event.key in STEPS && !isText(box)) || (event.key === "Enter" && box.matches("textarea"))) event.preventDefault();
    if (to) forget();
    go(to);
  });
  document.addEventListener("copy", (event) => {
    const cell = cellOf(document.activeElement);
    if (!cell || (!block && isText(document.activeElement))) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", asText(block ? inBlock() : [[cell]]));
  });
  document.addEventListener("paste", (event) => {
    const cell = cellOf(document.activeElement);
    if (!cell || !isBlock(event.clipboardData, document.activeElement)) return;
    event.preventDefault();
    paste(cell, asRows(event.clipboardData.getData("text/plain")));
  });

  window.grids = { cellOf, go, vertical };
})();
