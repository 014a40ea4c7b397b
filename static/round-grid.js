// The grid of a round: each row is saved as it changes, one request of a row at a time, and says how it stands.
// What could not be sent waits in its row and goes when the line is back. Keys and blocks are grid.js.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const on = (name, listener) => document.addEventListener(name, listener);
  const form = $("#round-grid");
  if (!form) return;
  const tell = (text, detail = {}) => document.dispatchEvent(new CustomEvent("app:tell", { detail: { text, ...detail } }));
  const rowOf = (element) => element.closest?.("#round-grid tbody");
  const idOf = (row) => row.id.slice(1);
  form.classList.add("is-live");

  // --- boxes ------------------------------------------------------------------------------------
  // Together they are one value: a reason belongs to its status, a budget to its tick.
  const TOGETHER = { status: ["status", "reason"], budget: ["in_ordinance", "budget"] };
  const fieldsOf = (row) => row.querySelectorAll("[name*='-']");
  const nameOf = (field) => field.name.split("-")[0];
  const valuesOf = (row, as = (field) => field) => {
    const values = { status: "" };
    for (const field of fieldsOf(row)) {
      const { value, checked } = as(field);
      const name = nameOf(field);
      if (field.type === "radio") values[name] = checked ? value : values[name];
      else values[name] = field.type === "checkbox" && !checked ? "" : value;
    }
    delete values.sure;
    return values;
  };
  const drawnAs = (field) => ({ value: field.type === "radio" || field.type === "checkbox" ? field.value : field.defaultValue, checked: field.defaultChecked });
  const put = (row, values) => {
    for (const field of fieldsOf(row)) {
      const value = values[nameOf(field)];
      if (value === undefined) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
      else if (field.value !== value) field.value = value;
    }
  };
  const box = (row, name) => $(`[name^="${name}-"]`, row);
  const cell = (row, name) => window.grids.cellOf(box(row, name));

  // --- what is known of each row ------------------------------------------------------------------
  const versions = Object.fromEntries(form.versions.value.trim().split(/\s+/).map((each) => each.split(".")));
  const states = new Map();
  const stateOf = (row) => {
    if (!states.has(row)) states.set(row, { version: versions[idOf(row)], saved: valuesOf(row, drawnAs), sure: "", apart: {}, earlier: [], unsure: new Set() });
    return states.get(row);
  };
  const changedIn = (row) => {
    const { saved, unsure } = stateOf(row);
    return Object.entries(valuesOf(row)).filter(([name, value]) => value !== saved[name] || unsure.has(name));
  };

  // --- what a row says ----------------------------------------------------------------------------
  const KINDS = { saved: "is-saved", wait: "is-wait", bad: "is-bad" };
  const say = (row, kind, mark) => {
    for (const [name, worn] of Object.entries(KINDS)) row.classList.toggle(worn, name === kind);
    const place = $(".mk > span", row);
    place.textContent = mark;
    place.className = kind === "saved" ? "saved ok" : "saved";
    note(row);
  };
  // --- unsaved rows: leaving asks (typing.js), and they are kept on this machine (drafts.js) ------------
  const unsaved = new Set();
  const note = (row) => {
    if (changedIn(row).length && !stateOf(row).gone) unsaved.add(row);
    else unsaved.delete(row);
    if (unsaved.size) form.dataset.typed = "here";
    else delete form.dataset.typed;
    clearTimeout(shelving);
    shelving = setTimeout(shelve, 150);
  };
  const SHELF = `round-grid ${form.dataset.row}`;
  const OWN = crypto.getRandomValues(new Uint32Array(2)).join("-"); // two windows keep two
  let shelving = 0;
  // What the boxes stand on, beside what the browser itself keeps of them for a page that is gone back to.
  const remember = () => history.replaceState({ ...history.state, versions }, "");
  addEventListener("pagehide", remember);
  const shelve = async () => {
    const rows = [...unsaved].map((row) => {
      const { version, key, earlier } = stateOf(row);
      const meant = row.matches(".is-wait, .is-bad");
      return [idOf(row), { version, meant, boxes: Object.fromEntries(changedIn(row)), earlier: [...earlier, ...(key ? [key] : [])] }];
    });
    const all = (await window.drafts?.read(SHELF)) ?? {};
    delete all[OWN];
    if (rows.length) all[OWN] = Object.fromEntries(rows);
    if (Object.keys(all).length) window.drafts?.keep(SHELF, all);
    else window.drafts?.drop(SHELF);
  };
  const takeUp = async () => {
    const all = (await window.drafts?.read(SHELF)) ?? {};
    let number = 0;
    for (const [id, { version, meant, boxes, earlier }] of Object.values(all).flatMap(Object.entries)) {
      const row = document.getElementById(`p${id}`);
      if (!row) continue;
      Object.assign(stateOf(row), { version, earlier, unsure: new Set(earlier.length ? Object.keys(boxes) : []) });
      put(row, boxes);
      if (!changedIn(row).length) continue;
      number += 1;
      if (meant) send(row);
      else {
        explain(row, [words("พิมพ์ค้างไว้ ยังไม่ได้บันทึก"), button("บันทึก", { send: "" })]);
        say(row, "bad", "ยังค้าง");
      }
    }
    const shut = $("fieldset:disabled", form);
    if (number && shut) {
      for (const field of form.querySelectorAll("[name*='-']")) field.disabled = !unsaved.has(rowOf(field));
      shut.disabled = false; // closed meanwhile: what is left can be looked at, and given up
    }
    if (Object.keys(all).length) {
      window.drafts.drop(SHELF);
      unsaved.forEach(note);
    }
    if (number) tell(`นำที่กรอกค้างไว้ ${number} แถวกลับมาแล้ว`);
  };
  const explain = (row, parts) => {
    const before = $(".said", row);
    // Whoever pressed a button of it goes on in the box that it was about.
    if (before?.contains(document.activeElement)) window.grids.go(window.grids.cellOf($(".bad", row) ?? box(row, "status")));
    before?.remove();
    for (const field of row.querySelectorAll(".bad")) {
      field.classList.remove("bad");
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
    if (!parts.length) return;
    const said = document.createElement("td");
    said.className = "said";
    said.id = `e${idOf(row)}`;
    said.setAttribute("role", "alert");
    said.append(...parts);
    row.rows[0].append(said);
  };
  const markBad = (row, name) => {
    const field = box(row, name);
    if (!field) return;
    const marked = window.grids.cellOf(field) ?? field;
    marked.classList.add("bad");
    if (marked === field) field.setAttribute("aria-invalid", "true");
    marked.setAttribute("aria-describedby", `e${idOf(row)}`);
    open(field);
  };
  const words = (text) => Object.assign(document.createElement("span"), { textContent: text });
  const button = (text, data) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "btn-2 sm", textContent: text });
    Object.assign(made.dataset, data);
    return made;
  };
  const reasons = () => [...$("#reasons").options].map((option) => option.value);
  const total = (sums) => {
    for (const [name, text] of Object.entries(sums)) {
      const place = $(`[data-sum="${name}"]`);
      if (name === "level") $(".tag", $("#totals"))?.replaceWith($(`[data-level="${text}"] > *`, $("#levels").content).cloneNode(true));
      else if (place) place.textContent = text;
    }
  };

  // --- sending --------------------------------------------------------------------------------------
  const AT_ONCE = 4;
  const queue = new Set();
  let sending = 0;
  let stopped = ""; // why nothing can be sent from this page any more
  let newest = 0; // the moment of the totals that are shown
  let pause = 0;
  const send = (row) => {
    if (!changedIn(row).length && !stateOf(row).sure) return settle(row);
    say(row, "wait", "กำลังบันทึก");
    queue.add(row);
    pump();
    return undefined;
  };
  const settle = (row) => {
    if (stateOf(row).strange) return puzzled(row);
    explain(row, []);
    if (row.matches(".is-wait, .is-bad")) say(row, "", "");
    return undefined;
  };
  // A status was pasted that is none: said until one is chosen, also while the rest of the row is saved.
  const puzzled = (row) => {
    explain(row, [words(stateOf(row).strange), giveUp()]);
    markBad(row, "status");
    say(row, "bad", "ยังค้าง");
  };
  const giveUp = () => button("คืนค่าเดิม", { drop: "" });
  const soon = new Set();
  const sendSoon = (row) => {
    if (!soon.size) queueMicrotask(() => [...soon].forEach((each) => soon.delete(each) && send(each)));
    soon.add(row);
  };
  const pump = () => {
    for (const row of queue) {
      if (sending >= AT_ONCE || stopped || pause) return;
      if (stateOf(row).busy) continue;
      queue.delete(row);
      carry(row);
    }
  };
  const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("");
  const carry = async (row) => {
    const state = stateOf(row);
    const sent = Object.fromEntries(changedIn(row));
    if (!Object.keys(sent).length) return settle(row);
    const body = new URLSearchParams({ version: state.version, ...sent, ...(state.sure && { sure: state.sure }) });
    if (state.body !== `${body}`) {
      if (state.key) state.earlier.push(state.key); // it had no answer: what it said may have been saved
      Object.assign(state, { body: `${body}`, key: newKey() });
    }
    state.busy = true;
    sending += 1;
    try {
      const answer = await fetch(form.dataset.row.replace("%", idOf(row)), {
        method: "POST",
        body,
        headers: {
          "X-CSRFToken": $('meta[name="csrf-token"]').content,
          "Idempotency-Key": state.key,
          ...(state.earlier.length && { "Idempotency-Earlier": state.earlier.join(" ") }),
        },
        signal: AbortSignal.timeout(window.htmx?.config.defaultTimeout ?? 60_000),
      });
      await take(row, sent, answer);
      pause = 0;
    } catch {
      for (const name of Object.keys(sent)) state.unsure.add(name);
      later(row);
    }
    sending -= 1;
    state.busy = false;
    pump();
    return undefined;
  };
  const LATER = [1, 2.5, 7.5, 15];
  let tries = 0;
  let isDown = false;
  const later = (row) => {
    isDown = true;
    say(row, "wait", "รอส่ง");
    queue.add(row);
    tell("การเชื่อมต่อหลุด – ที่กรอกไว้รออยู่ในแถว และจะส่งเองเมื่อเชื่อมต่อได้", { down: true });
    if (pause) return;
    const first = window.htmx?.config.firstPause ?? 2_000;
    pause = setTimeout(resume, first * LATER[Math.min(tries++, LATER.length - 1)]);
  };
  const resume = () => {
    clearTimeout(pause);
    pause = 0;
    pump();
  };
  addEventListener("online", resume);
  const stop = (row, sentence) => {
    stopped = sentence;
    explain(row, [words(sentence)]);
    say(row, "bad", "ยังค้าง");
    tell(sentence);
  };
  const gone = (row) => {
    stateOf(row).gone = true;
    explain(row, [words("ไม่พบโครงการนี้แล้ว จึงไม่ได้บันทึก โครงการอื่นบันทึกได้ตามปกติ")]);
    say(row, "bad", "ไม่ได้บันทึก");
  };
  const stand = (row, version) => (stateOf(row).version = versions[idOf(row)] = version);
  const take = async (row, sent, answer) => {
    const state = stateOf(row);
    const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (answer.status >= 500 || answer.status === 429 || (!isOurs && !answer.headers.has("X-Answer"))) throw new Error("later");
    tries = 0;
    if (isDown) document.dispatchEvent(new Event("app:hush"));
    isDown = false;
    if (answer.status === 404) return gone(row);
    if (!isOurs) return stop(row, "ต้องเข้าสู่ระบบใหม่ก่อน ที่กรอกไว้ยังอยู่ในแถว: เข้าสู่ระบบในหน้าต่างอื่น แล้วโหลดหน้านี้ใหม่");
    const told = await answer.json();
    state.key = "";
    if (told.version) Object.assign(state, { earlier: [], unsure: new Set() });
    if (answer.status === 422) refused(row, sent, told);
    else kept(row, sent, told);
    return undefined;
  };
  const kept = (row, sent, { version, boxes = {}, sums, stamp, signs }) => {
    const state = stateOf(row);
    const now = valuesOf(row);
    const untouched = Object.fromEntries(
      Object.entries(boxes).filter(([name]) => now[name] === (sent[name] ?? state.saved[name])),
    );
    stand(row, version);
    Object.assign(state, { sure: "", saved: { ...state.saved, ...sent, ...boxes } });
    put(row, untouched);
    if (stamp > newest) {
      newest = stamp;
      total(sums);
    }
    if (changedIn(row).length) return send(row); // changed while it was on its way
    if (state.strange) return puzzled(row);
    explain(row, signs ? [words(signs)] : []);
    say(row, "saved", `✓ ${new Date().toLocaleTimeString("th-TH", { hour: "2-digit", minute: "2-digit" })}`);
    return undefined;
  };
  const refused = (row, sent, { problems, sure = "", version, theirs = {} }) => {
    const state = stateOf(row);
    state.sure = "";
    const { "": first, ...others } = problems;
    const parts = [first, !others.status && state.strange, ""].filter(Boolean).map(words);
    if (version) {
      stand(row, version);
      const now = valuesOf(row);
      const both = Object.keys(others).flatMap((name) => TOGETHER[name] ?? [name]);
      const taken = Object.entries(theirs).filter(([name]) => !both.includes(name) && now[name] === state.saved[name]);
      Object.assign(state.saved, theirs);
      put(row, Object.fromEntries(taken));
      state.apart = others;
      for (const [name, sentence] of Object.entries(others)) {
        const choice = Object.assign(document.createElement("span"), { className: "choice" });
        choice.append(words(sentence), button("ใช้ค่านี้", { take: name }), button("ใช้ค่าที่กรอก", { keep: name }));
        parts.push(choice);
      }
    } else parts.push(...Object.values(others).map(words));
    if (sure) parts.push(button("ถูกต้อง บันทึก", { sure }));
    if (others.reason && !box(row, "reason").value) {
      parts.push(...reasons().map((text, place) => button(`${place + 1} ${text}`, { reason: text })), button("4 อื่นๆ", { reason: "" }));
    }
    if (!version) parts.push(giveUp());
    explain(row, parts);
    for (const name of Object.keys(others)) markBad(row, name);
    say(row, "bad", "ยังค้าง");
  };

  // --- what is done in a row ------------------------------------------------------------------------
  on("change", ({ target }) => {
    const row = rowOf(target);
    if (!row || !target.name?.includes("-")) return;
    stateOf(row).sure = "";
    if (nameOf(target) === "status") stateOf(row).strange = "";
    if (nameOf(target) === "in_ordinance") {
      const budget = box(row, "budget");
      if (!target.checked) budget.value = "";
      else if (!budget.value.trim()) return budget.focus();
    }
    sendSoon(row);
    return undefined;
  });
  on("input", ({ target }) => {
    const row = rowOf(target);
    if (!row || !target.name?.includes("-")) return;
    if (nameOf(target) === "budget") box(row, "in_ordinance").checked = target.value.trim() !== "";
    note(row);
  });
  on("focusout", ({ target }) => {
    const row = rowOf(target);
    if (row && target.name?.startsWith("budget-") && box(row, "in_ordinance").checked && !target.value.trim()) sendSoon(row);
  });
  const choose = (row, value) => {
    const radio = $(`[name^="status-"][value="${value}"]`, row);
    if (!radio || radio.disabled) return;
    radio.focus();
    if (radio.checked) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const STATUS = { 1: "in_progress", 2: "done", 3: "cannot" };
  const NO_WAY_BACK = "รายงานแล้วเปลี่ยนกลับเป็นยังไม่รายงานไม่ได้ เลือกสถานะอื่นแทน";
  const onward = (row) => window.grids.go(window.grids.vertical(cell(row, "status"), 1));
  // By its place on the keyboard, for a Thai one has letters there; where text is typed, only if it gives the digit
  // itself. Without NumLock the number block has arrows.
  const digitOf = ({ code, key }, isTyped) => {
    const [, block, digit] = /^(Digit|Numpad)(\d)$/.exec(code) ?? [];
    return isTyped || block === "Numpad" ? /^\d$/.exec(key)?.[0] : digit;
  };
  // Keys come before grid.js has a say (capture): a digit is no text here.
  const keyed = (event) => {
    const row = rowOf(event.target);
    if (!row || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const name = nameOf(event.target);
    const digit = digitOf(event, name !== "status");
    const because = reasons()[digit - 4]; // 4, 5, 6: it cannot be done, and why
    if (name === "status" && (STATUS[digit] || because)) {
      event.preventDefault();
      if (event.repeat) return;
      if (because) box(row, "reason").value = because;
      choose(row, STATUS[digit] ?? "cannot");
      if (because) sendSoon(row);
      if (digit === "3" && !box(row, "reason").value) window.grids.go(cell(row, "reason"));
      else onward(row);
    } else if (name === "status" && (digit === "0" || event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      tell(NO_WAY_BACK);
    } else if (name === "reason" && digit && reasons()[digit - 1] && isWhole(event.target)) {
      event.preventDefault();
      giveReason(row, reasons()[digit - 1]);
      onward(row);
    } else if (name === "reason" && digit === "4" && isWhole(event.target)) {
      event.preventDefault();
      event.target.value = "";
      tell("พิมพ์เหตุผลอื่น แล้วกด Enter");
    }
  };
  const isWhole = (field) => field.selectionStart === 0 && field.selectionEnd === field.value.length;
  const giveReason = (row, text) => {
    box(row, "reason").value = text;
    sendSoon(row);
  };
  addEventListener("keydown", keyed, true);
  on("click", ({ target }) => {
    const pressed = target.closest?.("button");
    const row = pressed && rowOf(pressed);
    if (!row) return;
    const state = stateOf(row);
    const { more, sure, reason, take: theirs, keep, send: again, drop } = pressed.dataset;
    if (more !== undefined) {
      pressed.setAttribute("aria-expanded", row.classList.toggle("is-open"));
      if (row.classList.contains("is-open")) $("textarea", row).focus();
    } else if (sure) {
      state.sure = sure;
      send(row);
    } else if (drop === "") {
      Object.assign(state, { strange: "", sure: "" });
      put(row, state.saved);
      send(row);
    } else if (again === "") send(row);
    else if (reason) giveReason(row, reason);
    else if (reason === "") window.grids.go(cell(row, "reason"));
    else if (theirs ?? keep) {
      const name = theirs ?? keep;
      if (theirs) put(row, Object.fromEntries((TOGETHER[name] ?? [name]).map((each) => [each, state.saved[each]])));
      delete state.apart[name];
      window.grids.go(cell(row, name));
      pressed.closest(".choice").remove();
      if (!Object.keys(state.apart).length) send(row);
    }
  });
  // The line of a reason stands open by itself where there is something to give a reason for (style.css).
  const open = (field) => field.closest(".t:not(.t1)") && rowOf(field).classList.add("is-open");
  on("grid:reach", ({ target }) => rowOf(target) && open(target));
  // Statuses leave and come as the words of Excel files: the whole word, a part that no other has, or its number.
  const STATUSES = { in_progress: "อยู่ระหว่างดำเนินการ", done: "ดำเนินการแล้วเสร็จ", cannot: "ไม่สามารถดำเนินการได้" };
  on("grid:read", ({ target, detail }) => {
    if (target.matches("#round-grid [role=radiogroup]")) detail.text = STATUSES[$(":checked", target)?.value] ?? "";
  });
  on("grid:write", (event) => {
    const row = rowOf(event.target);
    if (!row || !event.target.matches("[role=radiogroup]")) return;
    event.preventDefault();
    const text = event.detail.text.replace(/\s+/g, "");
    stateOf(row).strange = "";
    const found = Object.entries(STATUSES).filter(([, label]) => text && label.includes(text));
    const value = STATUS[text] ?? (found.length === 1 ? found[0][0] : "");
    if (value) quietly(row, value);
    else if (text && text !== "ยังไม่รายงานผล") {
      stateOf(row).strange = `ไม่รู้จักสถานะ “${event.detail.text}” ใช้ ${Object.values(STATUSES).join(" หรือ ")}`;
      puzzled(row);
    }
  });
  const quietly = (row, value) => {
    const radio = $(`[name^="status-"][value="${value}"]`, row);
    if (radio.checked) return sendSoon(row);
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    return undefined;
  };
  on("grid:pasted", ({ detail: { rows, left } }) => {
    tell(`วางแล้ว ${rows} แถว${left ? ` อีก ${left} ช่องเกินตาราง จึงไม่ได้วาง` : ""}`);
  });

  // --- the start ------------------------------------------------------------------------------------
  for (const row of form.querySelectorAll("tbody")) {
    const place = $(".mk", row);
    const more = button("⋯", { more: "" });
    more.setAttribute("aria-label", "หมายเหตุของแถวนี้");
    more.setAttribute("aria-expanded", row.classList.contains("is-open"));
    place.append(document.createElement("span"), more);
  }
  // What the browser put back into a page somebody returns to was not saved.
  const isChanged = (field) => (field.matches("[type=radio], [type=checkbox]") ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);
  addEventListener("pageshow", () => {
    for (const field of form.elements) {
      const row = field.name?.includes("-") && isChanged(field) && rowOf(field);
      if (!row || states.has(row)) continue;
      stateOf(row).version = history.state?.versions?.[idOf(row)] ?? versions[idOf(row)];
      send(row);
    }
    remember();
    takeUp();
  });
})();
