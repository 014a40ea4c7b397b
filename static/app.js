// What plain HTML and htmx cannot do by themselves: the CSRF header, focus, the bar when the line is down,
// typing that survives, and one open row at a time. Everything works without it, only less smoothly.
// All listeners sit on the document: going back swaps the whole body under them.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, listener) => document.addEventListener(name, listener);
  const FIELDS = "input:not([type=hidden]), select, textarea";

  const tell = (text) => {
    $("#bar-text").textContent = text;
    $("#bar").hidden = false;
  };
  const hush = () => {
    $("#bar").hidden = true;
  };
  on("click", (event) => event.target.closest("#bar-close") && hush());

  // --- requests -------------------------------------------------------------------------------
  // data-file: the answer may be a download, after which the page stands as it was.
  const isSave = (form) => form?.matches?.("form[method=post]:not([data-file])");
  // Rows with unsaved words are never swapped away by a filter, an order or another page.
  const unsavedIn = ({ sourceElement, target, request }) => {
    if (request.method !== "GET" || sourceElement === document.body || !(target instanceof Element)) return null;
    const form = $("form[data-typed]", target);
    return form?.contains(sourceElement) ? null : form;
  };
  on("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    const unsaved = unsavedIn(ctx);
    if (unsaved) {
      event.preventDefault();
      tell("แถวที่เปิดอยู่ยังไม่ได้บันทึก บันทึกหรือยกเลิกก่อน แล้วลองอีกครั้ง");
      focusOn($(FIELDS, unsaved));
    }
    const token = $('meta[name="csrf-token"]'); // a page that is the same for everybody has none
    if (token) ctx.request.headers["X-CSRFToken"] = token.content;
  });

  const busy = ({ sourceElement: form, request }, state) => {
    if (!isSave(form)) return;
    form.closest("tbody")?.classList.toggle("is-wait", state);
    const button = request.submitter ?? $("button", form);
    if (state) button?.setAttribute("aria-busy", "true");
    else button?.removeAttribute("aria-busy");
  };
  const failed = (form, text) => {
    tell(text);
    if (!isSave(form)) return;
    form.closest("tbody")?.classList.add("is-bad");
    let mark = $(".unsaved", form);
    if (!mark) {
      mark = document.createElement("div");
      mark.className = "unsaved";
      mark.setAttribute("role", "alert");
      form.append(mark);
    }
    mark.innerHTML = '<span>ยังไม่ได้บันทึก สิ่งที่พิมพ์ไว้ยังอยู่</span><button class="btn-2 sm">ลองอีกครั้ง</button>';
  };
  on("htmx:before:request", (event) => busy(event.detail.ctx, true));
  on("htmx:finally:request", (event) => busy(event.detail.ctx, false));
  on("htmx:error", (event) => {
    const source = event.detail.ctx?.sourceElement;
    if (source) failed(source, "การเชื่อมต่อหลุด – สิ่งที่พิมพ์ไว้ยังอยู่ ลองอีกครั้งเมื่อเชื่อมต่อได้");
  });
  on("htmx:response:error", (event) => {
    const { ctx } = event.detail;
    if (ctx.response.status === 422) return; // the form itself says what to correct
    failed(ctx.sourceElement, ctx.text && ctx.text.length < 400 ? ctx.text : "ระบบขัดข้องชั่วคราว ลองอีกครั้ง");
  });
  addEventListener("offline", () => tell("การเชื่อมต่อหลุด – สิ่งที่พิมพ์ไว้ยังอยู่"));
  addEventListener("online", () => {
    if ($(".unsaved")) tell("เชื่อมต่อได้แล้ว กด “ลองอีกครั้ง” ในรายการที่ยังไม่ได้บันทึก");
    else hush();
  });

  // A form that htmx does not send: once only, and not into a line that is down.
  on("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || !isSave(form)) return;
    if (!navigator.onLine || $("button[aria-busy]", form)) {
      event.preventDefault();
      if (!navigator.onLine) failed(form, "การเชื่อมต่อหลุด – สิ่งที่พิมพ์ไว้ยังอยู่ ลองอีกครั้งเมื่อเชื่อมต่อได้");
      return;
    }
    form.removeAttribute("data-typed");
    submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    for (const button of all("button[aria-busy]")) button.removeAttribute("aria-busy");
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
    const row = element.closest("tbody");
    if (row && element.closest("tr.panel form")) showWhole(row);
    else (element.closest("tr.panel") ? element : (row ?? element)).scrollIntoView({ block: "nearest" });
  };
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
    closing = { row: close.closest("tbody")?.id, path: form?.getAttribute("action").split("?")[0] };
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
    const row = closing?.row && document.getElementById(closing.row);
    if (!row || $("tr.panel", row)) return;
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

  // The print button: without JavaScript there is none, and the browser's own command does it.
  const offerPrint = () => all("[data-print][hidden]").forEach((button) => (button.hidden = false));
  on("click", (event) => event.target.closest("[data-print]") && print());
  on("htmx:after:swap", offerPrint);
  offerPrint();

  // Paper says where it came from and when.
  addEventListener("beforeprint", () => {
    const now = new Date().toLocaleString("th-TH", { dateStyle: "long", timeStyle: "short" });
    $("#printed").textContent = `ที่มา: e-PlanNACC ${location.host}${location.pathname} พิมพ์เมื่อ ${now}`;
  });

  // --- typing survives --------------------------------------------------------------------------
  // A form with unsaved words warns before the page is left.
  const changed = (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-keep")) form.setAttribute("data-typed", "");
  };
  on("input", changed);
  on("change", changed);
  on("reset", (event) => event.target.removeAttribute("data-typed"));
  addEventListener("beforeunload", (event) => {
    if ($("form[data-typed]")) event.preventDefault();
  });
})();
