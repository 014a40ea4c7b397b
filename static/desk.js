// The desks of NACC: ticks, list and filter keep their place when the page is swapped; and keys for the review desk.
// Keys press what is on the page, do nothing while a field has the focus, and can be switched off.
(() => {
  "use strict";
  const OFF = "e-plannacc-keys-off";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, listener) => document.addEventListener(name, listener);

  // --- ticks ------------------------------------------------------------------------------------
  const boxes = () => all('input[name="ids"][type="checkbox"]');
  const ticked = () => boxes().filter((box) => box.checked);
  const count = () => {
    for (const place of all("[data-ticked]")) place.textContent = `เลือกไว้ ${ticked().length} รายการ`;
  };
  const tickAll = (wanted) => {
    for (const box of boxes()) box.checked = wanted;
    count();
  };
  on("change", ({ target }) => target.name === "ids" && count());
  on("click", ({ target }) => target.closest("[data-tick-all], [data-untick]") && tickAll(!target.closest("[data-untick]")));

  // --- what stays as it was when the desk is swapped ----------------------------------------------
  let kept = { ids: new Set(), open: [], scrolled: 0 };
  on("htmx:before:swap", () => {
    const open = all("details[id][open]").map((each) => each.id);
    kept = { ids: new Set(ticked().map((box) => box.value)), open, scrolled: $("#queue")?.scrollTop ?? 0 };
  });
  const putBack = () => {
    for (const box of boxes()) if (kept.ids.has(box.value)) box.checked = true;
    for (const id of kept.open) document.getElementById(id)?.setAttribute("open", "");
    const queue = $("#queue");
    if (queue) queue.scrollTop = kept.scrolled;
  };
  // The list and a narrow page are scrolled as little as can be: the open row, and the head of the project, are in sight.
  const showOpened = () => {
    const [queue, row] = [$("#queue"), $("#queue .on")];
    if (queue && row) {
      const [around, box] = [queue.getBoundingClientRect(), row.getBoundingClientRect()];
      if (box.top < around.top) queue.scrollTop -= around.top - box.top;
      else if (box.bottom > around.bottom) queue.scrollTop += box.bottom - around.bottom;
    }
    const project = $("#review-desk.opened #review-project");
    if (project && !$(".errors", project)) project.scrollIntoView({ block: "start" });
  };
  const show = () => {
    const off = $("#keys-off");
    if (off) off.checked = isOff();
    drawViews();
    count();
    bringPasted();
  };
  on("htmx:after:swap", () => {
    putBack();
    showOpened();
    show();
  });

  // --- filters somebody keeps, on this machine, each under the words it was chosen with ---------------
  const VIEWS = "e-plannacc-views";
  const whose = () => $(".who b")?.textContent ?? "";
  const readViews = () => JSON.parse(localStorage.getItem(VIEWS) ?? "[]");
  const writeViews = (views) => localStorage.setItem(VIEWS, JSON.stringify(views));
  const isHere = (place) => (view) => view.who === whose() && view.path === place.dataset.views;
  const wordsOf = (form) =>
    [...form.elements]
      .filter((field) => field.matches("select") && field.selectedIndex > 0)
      .map((field) => field.selectedOptions[0].text.trim())
      .concat($("[type=search]", form)?.value.trim() || [])
      .join(" · ") || "ทั้งหมด";
  const viewLink = (view) => {
    const link = document.createElement("a");
    link.href = `${view.path}?${view.query}`;
    link.textContent = view.name;
    const drop = document.createElement("button");
    Object.assign(drop, { type: "button", className: "btn-q sm", textContent: "เลิกเก็บ" });
    drop.setAttribute("aria-label", `เลิกเก็บ ${view.name}`);
    drop.addEventListener("click", () => {
      writeViews(readViews().filter((each) => !(each.who === view.who && each.path === view.path && each.name === view.name)));
      drawViews();
    });
    const whole = document.createElement("span");
    whole.className = "view";
    whole.append(link, drop);
    return whole;
  };
  const drawViews = () => {
    for (const place of all("[data-views]")) {
      all(".view", place).forEach((each) => each.remove());
      place.prepend(...readViews().filter(isHere(place)).map(viewLink));
    }
  };
  on("click", ({ target }) => {
    const place = target.closest("[data-keep-view]")?.closest("[data-views]");
    if (!place) return;
    const form = place.closest("form");
    const view = { who: whose(), path: place.dataset.views, name: wordsOf(form), query: `${new URLSearchParams(new FormData(form))}` };
    writeViews([...readViews().filter((each) => !(isHere(place)(each) && each.name === view.name)), view].slice(-40));
    drawViews();
  });

  // --- a block pasted on a list goes to the page that checks it ------------------------------------
  const PASTED = "e-plannacc-pasted";
  on("paste", (event) => {
    const link = $("[data-pastes]");
    const text = event.clipboardData.getData("text/plain");
    if (!link || !text.includes("\t") || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    event.preventDefault();
    sessionStorage.setItem(PASTED, text);
    location.assign(link.href);
  });
  const bringPasted = () => {
    const [box, text] = [$("#pasted"), sessionStorage.getItem(PASTED)];
    if (!box || text === null) return;
    sessionStorage.removeItem(PASTED);
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    $("button.btn", box.form).focus();
  };

  // --- keys of the review desk --------------------------------------------------------------------
  const isOff = () => localStorage.getItem(OFF) === "1";
  const press = (key) => {
    if ($("#review-desk .htmx-request")) return; // what is on the page is on its way out
    const target = $(`#review-desk [data-key="${key}"]`);
    if (!target) return;
    if (target.matches("select, input, textarea")) target.focus();
    else target.click();
  };
  on("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return; // a held key decides one project only
    if (!$("#review-desk") || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    if (event.key === "?") return $("#keys-help")?.toggleAttribute("open");
    if (isOff()) return;
    // By the place of the key, so that they work with a Thai keyboard too.
    const key = { KeyJ: "j", KeyK: "k", KeyA: "a", KeyR: "r", KeyU: "u" }[event.code];
    if (event.code === "KeyX") $("#queue .on input[type=checkbox]")?.click();
    else if (key) {
      event.preventDefault();
      press(key);
    }
  });
  // The second half of a double click would fall on the next project.
  on("click", (event) => {
    if (event.detail > 1 && event.target.closest("#review-desk [name=verdict]")) event.preventDefault();
  });
  on("change", (event) => {
    if (event.target.id === "keys-off") localStorage.setItem(OFF, event.target.checked ? "1" : "0");
  });
  show();
})();
