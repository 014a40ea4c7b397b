// Whatever is typed into a form that keeps words (data-keep) is kept on this machine too, and offered again after a
// crash, a closed tab or a lost session. Encrypted with a key that the server gives only to the account that typed, so
// that the next person at this machine finds nothing to read; gone after a save, at logout and after some days.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, listener) => document.addEventListener(name, listener);
  const account = $('meta[name="account"]').content;
  const OURS = `draft ${account} `;
  const DAYS = 7;
  const LARGEST = 200_000; // letters of one draft; the longest form has 20,000
  const MOST = 60; // drafts; of more, the oldest go

  // --- the shelf --------------------------------------------------------------------------------
  // An item is called "draft", account, a print of what it is about, and which form it was: two windows keep two.
  let out = false; // signed out in another window
  const names = () => Object.keys(localStorage).filter((name) => name.startsWith(OURS));
  const keptAt = (name) => Number(localStorage.getItem(name).split(" ", 1)[0]);
  const tidy = () => {
    const old = Date.now() - DAYS * 86_400_000;
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith("draft ") && !(keptAt(name) > old)) localStorage.removeItem(name);
    }
    const ours = names().sort((one, other) => keptAt(other) - keptAt(one));
    for (const name of ours.slice(MOST)) localStorage.removeItem(name);
  };
  const text = (bytes) => btoa(String.fromCharCode(...bytes));
  const bytes = (given) => Uint8Array.from(atob(given), (letter) => letter.charCodeAt(0));
  // Only in memory, and asked for anew on each page: neither the page nor the shelf holds it.
  let asked = null;
  const key = () => (asked ??= ask().catch(() => (asked = null)));
  const ask = async () => {
    const answer = await fetch(`/drafts/key/${account}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok || !answer.headers.get("X-Answer") || !window.crypto?.subtle) return null;
    const given = bytes(await answer.text());
    return { given, cipher: await crypto.subtle.importKey("raw", given, "AES-GCM", false, ["encrypt", "decrypt"]) };
  };
  const begins = async (id) => {
    const { given } = await key();
    const about = new TextEncoder().encode(`${text(given)} ${id}`);
    return OURS + text(new Uint8Array(await crypto.subtle.digest("SHA-256", about)).slice(0, 12));
  };
  const put = async (id, form, object) => {
    if (out || !(await key())) return;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify({ id, ...object }));
    if (plain.length > LARGEST) return;
    const hidden = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, (await key()).cipher, plain));
    const letters = Array.from(hidden, (byte) => String.fromCharCode(byte)).join("");
    try {
      if (!out) localStorage.setItem(`${await begins(id)} ${form}`, `${Date.now()} ${text(iv)} ${btoa(letters)}`);
    } catch {
      // The shelf is full or shut: the page still has the words.
    }
  };
  const open = async (name) => {
    const [at, iv, hidden] = (localStorage.getItem(name) ?? "").split(" ");
    const found = hidden && (await key());
    if (!found) return null;
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(iv) }, found.cipher, bytes(hidden));
      return { name, at: Number(at), ...JSON.parse(new TextDecoder().decode(plain)) };
    } catch {
      localStorage.removeItem(name); // of a key that is no more
      return null;
    }
  };
  const about = async (id) => {
    if (!(await key()) || !names().length) return []; // the key is asked for while there is a line
    const start = `${await begins(id)} `;
    const found = await Promise.all(names().filter((name) => name.startsWith(start)).map(open));
    return found.filter(Boolean).sort((one, other) => other.at - one.at);
  };
  const drop = async (id, form) => {
    if (await key()) localStorage.removeItem(`${await begins(id)} ${form}`);
  };
  // For what is no form: one object by any name, `read` gives it back, or undefined.
  window.drafts = {
    keep: (id, object) => put(id, "kept", { object }),
    read: async (id) => (await about(id)).find((each) => each.name.endsWith(" kept"))?.object,
    drop: (id) => drop(id, "kept"),
  };

  // --- what a form holds ------------------------------------------------------------------------
  const idOf = (form) => {
    const to = new URL(form.action, location.href);
    return /\d/.test(to.pathname) ? to.pathname : `${to.pathname}?${to.searchParams.get("year") ?? ""}`;
  };
  const isKept = (field) =>
    field.name && field.name !== "csrf_token" && !field.matches("button, fieldset, output, [type=password], [type=file]");
  const isTick = (field) => field.matches("[type=checkbox], [type=radio]");
  const fieldsOf = (form) => [...form.elements].filter(isKept);
  const wordOf = (field) => [field.name, isTick(field) ? [field.value, field.checked] : field.value];
  const wordsOf = (form) => fieldsOf(form).map(wordOf);
  const shownOf = (form) => JSON.stringify(fieldsOf(form).filter((field) => field.type !== "hidden").map(wordOf));
  const fill = (form, words) => {
    const left = fieldsOf(form);
    for (const [name, value] of words) {
      const place = left.findIndex((field) => field.name === name && (!isTick(field) || field.value === value[0]));
      const [field] = place < 0 ? [] : left.splice(place, 1);
      if (!field) continue;
      if (isTick(field)) field.checked = value[1];
      else field.value = value;
      if (field.type !== "hidden") field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  // Where the form is found again: one in a row of a list has a page of its own.
  const placeOf = (form) => {
    const row = form.closest("tr.panel") && form.closest("tbody");
    const to = row ? new URL(form.action, location.href) : location;
    const title = row ? $("tr", row).innerText.replace(/\s+/g, " ") : document.title.split(" – ")[0];
    return { page: to.pathname + to.search, title: title.trim().slice(0, 200) };
  };

  // --- keeping ----------------------------------------------------------------------------------
  const forms = new Map(); // form -> { id, own, busy, more }
  const keep = async (form) => {
    const kept = forms.get(form);
    if (!kept) return;
    kept.more = kept.busy;
    if (kept.busy) return;
    kept.busy = true;
    if (form.hasAttribute("data-typed")) {
      await put(kept.id, kept.own, { words: wordsOf(form), shown: shownOf(form), deed: form.deed, ...placeOf(form) });
      kept.there = true;
    } else if (kept.there) {
      await drop(kept.id, kept.own);
      kept.there = false;
    }
    kept.busy = false;
    if (kept.more) keep(form);
  };
  const keepAll = () => forms.forEach((_kept, form) => keep(form));
  on("input", ({ target }) => target.form && keep(target.form));
  on("change", ({ target }) => target.form && keep(target.form));
  on("app:sending", ({ target }) => keep(target)); // with the key it goes under
  on("click", () => setTimeout(keepAll)); // words may have been given up, or brought back
  on("htmx:after:request", async ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (!form.matches?.("form[method=post]") || !ctx.response.headers.has("X-Answer") || ctx.response.status >= 400) return;
    if (forms.has(form)) keep(form);
    else (await offered(idOf(form))).forEach(({ name }) => localStorage.removeItem(name)); // sent from the page after a lost session
  });

  // --- offering ---------------------------------------------------------------------------------
  // A draft whose window is still open is not offered in another one. Windows answer through the shelf: it tells all
  // others at once, and keeps no page from the browser's memory of pages.
  const ASK = "draft-ask";
  const ANSWER = "draft-answer";
  addEventListener("storage", ({ key: name, newValue }) => {
    if (name === "draft-out" && newValue?.startsWith(`${account} `)) out = true;
    if (name === ASK && newValue) {
      const mine = [...forms].filter(([form, { there }]) => there && form.isConnected).map(([, { own }]) => own);
      localStorage.setItem(ANSWER, `${newValue} ${mine.join(" ")}`);
      localStorage.removeItem(ANSWER);
    }
  });
  const openElsewhere = () =>
    new Promise((resolve) => {
      const question = crypto.randomUUID();
      const found = [];
      const hear = ({ key: name, newValue }) => {
        if (name === ANSWER && newValue?.startsWith(question)) found.push(...newValue.split(" ").slice(1));
      };
      addEventListener("storage", hear);
      localStorage.setItem(ASK, question);
      localStorage.removeItem(ASK);
      setTimeout(() => {
        removeEventListener("storage", hear);
        resolve(new Set(found));
      }, 200);
    });
  const offered = async (id) => {
    const found = (await about(id)).filter((each) => each.words);
    if (!found.length) return [];
    const elsewhere = await openElsewhere();
    return found.filter(({ name }) => !elsewhere.has(name.split(" ").at(-1)));
  };
  const offer = async (form) => {
    const kept = forms.get(form);
    const drafts = (await offered(kept.id)).filter(({ name }) => !name.endsWith(` ${kept.own}`));
    const found = drafts.find((draft) => {
      if (draft.shown !== shownOf(form)) return true;
      if (!form.hasAttribute("data-typed")) localStorage.removeItem(draft.name); // it was saved, or never differed
      return false;
    });
    if (!found || !form.isConnected || $(".draft", form)) return;
    const when = new Date(found.at).toLocaleString("th-TH", { dateStyle: "medium", timeStyle: "short" });
    const bar = document.createElement("div");
    bar.className = "note warn draft";
    bar.innerHTML =
      '<div><p></p><div class="btns"><button type="button" class="btn-2 sm">นำกลับมา</button>' +
      '<button type="button" class="btn-q sm">ทิ้ง</button></div></div>';
    $("p", bar).textContent = `มีข้อความที่พิมพ์ค้างไว้เมื่อ ${when} ยังไม่ได้บันทึก`;
    const [take, leave] = all("button", bar);
    const gone = () => {
      localStorage.removeItem(found.name);
      bar.remove();
    };
    take.addEventListener("click", async () => {
      fill(form, found.words);
      form.deed = found.deed;
      await keep(form);
      gone();
    });
    leave.addEventListener("click", gone);
    form.prepend(bar);
  };
  // A form that came back to be corrected goes on with the draft of the one it took the place of.
  const look = () => {
    const gone = [...forms].filter(([form]) => !form.isConnected);
    for (const [form] of gone) forms.delete(form);
    for (const form of all("form[data-keep]")) {
      if (forms.has(form)) continue;
      const id = idOf(form);
      const before = form.hasAttribute("data-typed") && gone.find(([, kept]) => kept.id === id)?.[1];
      forms.set(form, before ? { ...before, busy: false } : { id, own: crypto.randomUUID() });
      key();
      if (form.hasAttribute("data-typed")) keep(form);
      else if (names().length) offer(form);
    }
  };
  on("htmx:after:swap", () => setTimeout(look));
  addEventListener("online", () => key());

  // At home: the pages on which words wait.
  const listAtHome = async () => {
    const place = $("[data-drafts]");
    if (!place || !names().length || !(await key())) return;
    const found = (await Promise.all(names().map(open))).filter((each) => each?.words);
    if (!found.length) return;
    const elsewhere = await openElsewhere();
    for (const { name, page, title } of found) {
      if (elsewhere.has(name.split(" ").at(-1))) continue;
      const link = Object.assign(document.createElement("a"), { href: page, textContent: title });
      $("ul", place).append(Object.assign(document.createElement("li"), {}));
      $("ul", place).lastChild.append(link);
      place.hidden = false;
    }
  };

  // --- signing out ------------------------------------------------------------------------------
  let leaving = false;
  on("submit", ({ target }) => {
    if (new URL(target.action, location.href).pathname !== "/logout") return;
    leaving = out = true;
  });
  addEventListener("pagehide", () => {
    if (!leaving) return;
    for (const name of names()) localStorage.removeItem(name);
    localStorage.setItem("draft-out", `${account} ${Date.now()}`);
    localStorage.removeItem("draft-out");
  });
  // Asked about unsaved words somebody may stay; then they are kept as before.
  const stay = () => {
    if (leaving) leaving = out = false;
  };
  addEventListener("input", stay, true);
  addEventListener("click", stay, true);

  tidy();
  look();
  listAtHome();
})();
