// What plain HTML and htmx cannot do by themselves: the CSRF header, focus, the bar when the line is down,
// and one open row at a time; typing.js keeps what was typed. Everything works without them, only less smoothly.
// All listeners sit on the document: going back swaps the whole body under them.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, listener) => document.addEventListener(name, listener);
  const FIELDS = "input:not([type=hidden]), select, textarea";

  // `down`: the line, which has an icon of its own. `onward`: what was not done for the sake of unsaved words.
  let afterDiscarding = null;
  const tell = (text, { down = false, onward = null } = {}) => {
    $("#bar-text").textContent = text;
    $("#bar").classList.toggle("is-down", down);
    $("#bar-discard").hidden = !onward;
    afterDiscarding = onward;
    $("#bar").hidden = false;
  };
  const hush = () => {
    $("#bar").hidden = true;
  };
  on("app:hush", () => $("#bar").matches(".is-down") && hush()); // the line is back
  on("app:tell", ({ detail }) => {
    tell(detail.text, detail);
    if (detail.field) focusOn(detail.field);
  });
  on("click", (event) => {
    if (event.target.closest("#bar-close, #bar-discard")) hush();
    if (event.target.closest("#bar-discard")) afterDiscarding?.();
  });

  // --- requests -------------------------------------------------------------------------------
  const isSave = (form) => form?.matches?.("form[method=post]");
  // Every form that changes something goes by htmx, so that a line that drops leaves the page and its words where they
  // are. The answer is a whole page whose main part is shown, or leads on (HX-Redirect); see app/web.py.
  on("htmx:before:process", ({ target }) => {
    for (const form of all("form[method=post]:not([data-hx-post], [data-hx-boost])", target)) {
      form.setAttribute("data-hx-boost", "target:#main select:#main swap:outerHTML push:false");
    }
  });
  on("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    const form = ctx.sourceElement;
    if (isSave(form) && $("[aria-busy]", form)) event.preventDefault(); // once only: it is under way
    if (form.enctype === "multipart/form-data") ctx.request.timeout = 10 * htmx.config.defaultTimeout; // a slow line
    const token = $('meta[name="csrf-token"]'); // a page that is the same for everybody has none
    if (token) ctx.request.headers["X-CSRFToken"] = token.content;
  });
  // Each state of a form goes under a key of its own, however often it is sent: the server does it once (app/deeds.py).
  // Keys it was sent under before go along, so that words typed after a lost answer stand on what that one saved.
  const wordsOf = (body) =>
    JSON.stringify([...body].filter(([name, value]) => name !== "csrf_token" && typeof value === "string").sort());
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(36)).join("");
  const underKey = (words, { key, words: before, earlier = [] } = {}) => {
    if (key && words === before) return { key, words, earlier };
    return { key: newKey(), words, earlier: key ? [...earlier, key].slice(-20) : earlier };
  };
  on("htmx:before:request", ({ detail: { ctx } }) => {
    const { method, body, headers } = ctx.request;
    if (method !== "POST") return;
    const deed = (ctx.sourceElement.deed = underKey(wordsOf(body), ctx.sourceElement.deed));
    ctx.sourceElement.dispatchEvent(new Event("app:sending", { bubbles: true }));
    headers["Idempotency-Key"] = deed.key;
    if (deed.earlier.length) headers["Idempotency-Earlier"] = deed.earlier.join(" ");
  });
  // Answered: the same words once more are meant once more.
  on("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement.deed && isOurs(ctx) && ctx.response.status < 500) ctx.sourceElement.deed.words = null;
  });
  const busy = ({ sourceElement: form, request }, state) => {
    if (!isSave(form)) return;
    form.closest("tbody")?.classList.toggle("is-wait", state);
    const button = request.submitter ?? $("button", form);
    if (state) button?.setAttribute("aria-busy", "true");
    else button?.removeAttribute("aria-busy");
  };
  on("htmx:before:request", (event) => busy(event.detail.ctx, true));
  on("htmx:finally:request", ({ detail: { ctx } }) => {
    if (!ctx.hx?.redirect && !ctx.hx?.refresh) busy(ctx, false); // else the page is on its way out
  });
  addEventListener("pageshow", () => {
    for (const button of all("button[aria-busy]")) button.removeAttribute("aria-busy");
  });
  // A held Enter would press the button of one page after the other.
  on("keydown", (event) => {
    if (event.key !== "Enter" || !event.repeat || !isSave(event.target.form)) return;
    if (!event.target.matches("textarea")) event.preventDefault();
    if (event.ctrlKey || event.metaKey) event.stopImmediatePropagation();
  });

  // --- answers --------------------------------------------------------------------------------
  // Only what this site said is shown, and of its errors only a form to correct: a proxy answers with pages of its own.
  const isOurs = ({ response }) => response.headers.has("X-Answer");
  const isShown = (ctx) => isOurs(ctx) && (ctx.response.status < 400 || ctx.response.status === 422);
  const TOO_LONG = [413, 414, 431];
  const said = (ctx) => {
    if (ctx.response.headers.get("X-Answer") === "sentence") return ctx.text;
    if (TOO_LONG.includes(ctx.response.status)) return "ข้อความยาวเกินไป ใช้ข้อความที่สั้นลง แล้วลองอีกครั้ง";
    return "ระบบขัดข้องชั่วคราว ลองอีกครั้ง";
  };
  const mayWorkLater = (ctx) =>
    !TOO_LONG.includes(ctx.response.status) && (!isOurs(ctx) || ctx.response.status >= 500 || ctx.response.status === 429);
  const failed = ({ sourceElement: form, request }, text, { again = true, down = false } = {}) => {
    tell(text, { down });
    if (!isSave(form)) return;
    form.closest("tbody")?.classList.add("is-bad");
    $(".unsaved", form)?.remove();
    const mark = document.createElement("div");
    mark.className = "unsaved";
    mark.setAttribute("role", "alert");
    const told = again ? "ยังไม่ได้บันทึก จะส่งเองเมื่อเชื่อมต่อได้" : "ยังไม่ได้บันทึก สิ่งที่พิมพ์ไว้ยังอยู่";
    mark.innerHTML = `<span>${told}</span>`;
    if (again) {
      const { name = "", value = "" } = request.submitter ?? {}; // the same button once more
      mark.append(Object.assign(document.createElement("button"), { className: "btn-2 sm", name, value }));
      mark.lastChild.textContent = "ลองอีกครั้ง";
    }
    form.append(mark);
    if (again) sendLater(form, (form.tries = (form.tries ?? 0) + 1));
  };
  // What could not be sent goes by itself under the same key, after pauses that grow to a minute, and when the line is
  // back. Not where somebody types on, nor where the answer would lead away from words of another form.
  const sendAgain = (form) => {
    const button = form.isConnected && $(".unsaved button", form);
    const leadsAway = form.hasAttribute("data-hx-boost") && all("form[data-typed]").some((other) => other !== form);
    if (button && !form.typedOn && !leadsAway && !$("[aria-busy]", form)) button.click();
  };
  const sendLater = (form, tries) => {
    const pause = Math.min(60_000, (htmx.config.firstPause ?? 2000) * 2 ** (tries - 1)) * (0.75 + Math.random() / 2);
    setTimeout(() => form.tries === tries && sendAgain(form), pause);
  };
  on("input", ({ target }) => target.form && (target.form.typedOn = true));
  on("app:sending", ({ target }) => (target.typedOn = false));
  const DOWN = "การเชื่อมต่อหลุด – สิ่งที่พิมพ์ไว้ยังอยู่";
  const lineIsDown = (ctx) => {
    const then = isSave(ctx.sourceElement) ? "จะส่งเองเมื่อเชื่อมต่อได้" : "ลองอีกครั้งเมื่อเชื่อมต่อได้";
    failed(ctx, `${DOWN} ${then}`, { down: true });
  };
  on("htmx:error", ({ detail: { ctx } }) => ctx && lineIsDown(ctx));
  on("htmx:after:request", ({ detail: { ctx } }) => {
    if (!isShown(ctx)) failed(ctx, said(ctx), { again: mayWorkLater(ctx) });
  });
  on("htmx:before:swap", (event) => {
    if (!isShown(event.detail.ctx)) event.preventDefault(); // nor does the address change
  });
  on("htmx:before:history:update", (event) => {
    if (event.detail.response.status === 422) event.preventDefault();
  });
  // The page in the other language is the same page still, with what was chosen on it.
  on("htmx:after:history:update", () => {
    for (const link of all(".who [hreflang]")) {
      if (link.pathname.replace(/^\/en(?=\/)/, "") === location.pathname.replace(/^\/en(?=\/)/, "")) link.search = location.search;
    }
  });
  // To a place on this very page a browser would only scroll.
  on("htmx:after:request", ({ detail: { ctx } }) => {
    const to = ctx.hx.redirect && new URL(ctx.hx.redirect, location.href);
    if (!to?.hash || to.pathname + to.search !== location.pathname + location.search) return;
    history.replaceState(history.state, "", to);
    ctx.hx = { ...ctx.hx, redirect: undefined, refresh: "true" };
  });
  // An answer that is a file: saved, and the page stands as it was.
  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = decodeURIComponent(name);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    hush();
  };
  on("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    const name = /filename\*=UTF-8''(\S+)/.exec(ctx.response.headers.get("Content-Disposition") ?? "")?.[1];
    if (!name) return;
    event.preventDefault();
    ctx.response.raw.blob().then(
      (blob) => save(blob, name),
      () => lineIsDown(ctx),
    );
  });
  addEventListener("offline", () => tell(DOWN, { down: true }));
  addEventListener("online", () => {
    if ($(".unsaved")) tell("เชื่อมต่อได้แล้ว กำลังส่งรายการที่ยังไม่ได้บันทึก");
    else hush();
    for (const mark of all("form > .unsaved")) sendAgain(mark.parentElement);
  });

  // --- focus, and one open row at a time --------------------------------------------------------
  // The browser's own focus() would centre the page on a row that is just out of sight; this moves it as little as can be.
  // An open form is seen from the name above it on; its buttons stick to the foot of the window.
  const showWhole = (row) => {
    const { top, bottom } = row.getBoundingClientRect();
    const head = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;
    if (top < head || bottom > innerHeight) row.scrollIntoView({ block: "start" });
  };
  const focusOn = (element) => {
    element.focus({ preventScroll: true });
    const row = element.closest("tbody[id]") ?? element.closest("tr");
    if (row && element.closest("tr.panel form")) showWhole(row);
    else (element.closest("tr.panel") ? element : (row ?? element)).scrollIntoView({ block: "nearest" });
  };
  // Totals beside what was saved: an answer that comes late does not replace that of a later save, which holds both.
  const readAt = new Map(); // target -> when the newest answer was read
  on("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
    if (ctx.request.method !== "POST") return;
    const at = Number(ctx.response?.headers.get("X-Read-At"));
    for (const task of tasks.filter(({ type }) => type === "partial")) {
      const id = task.target.id ?? task.target;
      if (at < (readAt.get(id) ?? 0)) tasks.splice(tasks.indexOf(task), 1);
      else readAt.set(id, at);
    }
  });
  on("htmx:before:swap", (event) => {
    for (const { fragment } of event.detail.tasks) {
      for (const element of all("[autofocus]", fragment)) {
        element.removeAttribute("autofocus");
        element.setAttribute("data-focus", "");
      }
    }
  });
  let closing = null; // the row whose panel was closed, and the address of that panel
  const rememberOpener = (close) => {
    const form = close.closest("form");
    closing = { row: close.dataset.hxTarget, path: form?.getAttribute("action").split("?")[0] };
  };
  on("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const button = event.target.form && $('button[aria-keyshortcuts="Control+Enter"]', event.target.form);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  on("keydown", (event) => {
    if (event.key !== "Escape") return;
    const panel = event.target.closest?.("tr.panel");
    const close = panel && !$("form[data-typed]", panel) && $("[data-close]", panel);
    if (!close) return;
    rememberOpener(close);
    close.click();
  });
  on("click", (event) => {
    const close = event.target.closest?.("[data-close]");
    if (close && event.isTrusted) rememberOpener(close);
  });
  const focusOpener = () => {
    const row = closing && $(closing.row);
    if (!row || $("tr.panel", row) || row.matches(".is-open")) return;
    const links = all(".acts a, .rnd a, th a", row);
    const link = links.find((each) => each.pathname === closing.path) ?? links[0];
    if (link) focusOn(link);
    closing = null;
  };
  const focusMarked = () => {
    const marks = all("[data-focus]");
    for (const mark of marks) mark.removeAttribute("data-focus");
    if (marks.length) focusOn(marks.at(-1));
    return marks.length > 0;
  };
  const closeOthers = () => {
    const panels = all("tr.panel");
    const kept = document.activeElement?.closest("tr.panel") ?? panels.at(-1);
    for (const panel of panels) {
      if (panel !== kept && !$("form[data-typed]", panel)) $("[data-close]", panel)?.click();
    }
  };
  on("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    if (ctx.response?.status < 400) hush();
    if (!focusMarked()) focusOpener();
    const place = ctx.sourceElement; // the new content, where the swap took away what had the focus
    if (document.activeElement === document.body && place?.isConnected && place !== document.body) {
      const field = $(`tr.panel :is(${FIELDS})`, place);
      if (!field) place.tabIndex = -1;
      if (field) focusOn(field);
      else place.focus({ preventScroll: true });
    }
    closeOthers();
    const open = document.activeElement.closest("tbody:has(tr.panel form)");
    if (open) showWhole(open); // also when a panel above it has just gone
  });
  // A link to a field that must be corrected leads into the field, also where the field is a group of choices.
  on("click", (event) => {
    const target = event.target.closest?.(".errors a") && document.getElementById(event.target.closest("a").hash.slice(1));
    if (target) setTimeout(() => (target.matches(FIELDS) ? target : $(FIELDS, target))?.focus());
  });
  focusMarked();

  // The menu goes along with the year and round that were chosen in place since the page was made.
  const goAlong = (event) => {
    const link = event.target.closest?.("nav.menu a, .crumb a");
    const chosen = new URLSearchParams(location.search);
    const query = new URLSearchParams(link?.search);
    const ALONG = ["year", "round"];
    if (!link || [...query.keys()].some((name) => !ALONG.includes(name))) return;
    for (const name of ALONG) if (/^\d+$/.test(chosen.get(name))) query.set(name, chosen.get(name));
    link.search = query;
  };
  on("pointerover", goAlong);
  on("focusin", goAlong);

  // The print button: without JavaScript the sheet shows none, and the browser's own command does it.
  on("click", (event) => event.target.closest("[data-print]") && print());

  // A password can be looked at while it is typed; it is hidden again before it is sent.
  const shown = (button, visible) => {
    document.getElementById(button.dataset.show).type = visible ? "text" : "password";
    button.textContent = visible ? "ซ่อนรหัสผ่าน" : "แสดงรหัสผ่าน";
  };
  on("click", (event) => {
    const button = event.target.closest("[data-show]");
    if (button) shown(button, document.getElementById(button.dataset.show).type === "password");
  });
  on("submit", (event) => all("[data-show]", event.target).forEach((button) => shown(button, false)));

  // Paper says where it came from and when.
  addEventListener("beforeprint", () => {
    const language = document.documentElement.lang === "en" ? "en-GB" : "th-TH";
    const now = new Date().toLocaleString(language, { dateStyle: "long", timeStyle: "short" });
    const place = `${location.host}${location.pathname}`;
    $("#printed").textContent = ["ที่มา: e-PlanNACC", place, "พิมพ์เมื่อ", now].join(" ");
  });

  window.htmx?.process(document.body); // htmx may have begun before this file was here
})();
