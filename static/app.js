// What plain HTML and htmx cannot do by themselves: the CSRF header, focus, the bar when the line is down,
// typing that survives, and one open row at a time. Everything works without it, only less smoothly.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const bar = $("#bar");

  const tell = (text) => {
    $("#bar-text").textContent = text;
    bar.hidden = false;
  };
  const hush = () => {
    bar.hidden = true;
  };
  $("#bar-close").addEventListener("click", hush);

  // --- requests -------------------------------------------------------------------------------
  document.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.request.headers["X-CSRFToken"] = $('meta[name="csrf-token"]').content;
  });

  const busy = (form, on) => {
    if (!form?.matches("form[method=post]")) return;
    form.closest("tbody")?.classList.toggle("is-wait", on);
    for (const button of all("button", form)) {
      button.toggleAttribute("aria-busy", on);
      if (on) button.setAttribute("aria-busy", "true");
    }
  };
  const failed = (form, text) => {
    tell(text);
    if (!form?.matches("form[method=post]")) return;
    form.closest("tbody")?.classList.add("is-bad");
    let mark = $(".unsaved", form);
    if (!mark) {
      mark = document.createElement("p");
      mark.className = "unsaved why";
      mark.setAttribute("role", "alert");
      form.append(mark);
    }
    mark.textContent = "ยังไม่ได้บันทึก สิ่งที่พิมพ์ไว้ยังอยู่ กดบันทึกอีกครั้งเมื่อพร้อม";
  };
  document.addEventListener("htmx:before:request", (event) => busy(event.detail.ctx.sourceElement, true));
  document.addEventListener("htmx:finally:request", (event) => busy(event.detail.ctx.sourceElement, false));
  document.addEventListener("htmx:error", (event) => {
    const source = event.detail.ctx?.sourceElement;
    if (source) failed(source, "การเชื่อมต่อหลุด – สิ่งที่พิมพ์ไว้ยังอยู่ ลองอีกครั้งเมื่อเชื่อมต่อได้");
  });
  document.addEventListener("htmx:response:error", (event) => {
    const { ctx } = event.detail;
    if (ctx.response.status === 422) return; // the form itself says what to correct
    failed(ctx.sourceElement, ctx.text && ctx.text.length < 400 ? ctx.text : "ระบบขัดข้องชั่วคราว ลองอีกครั้ง");
  });
  addEventListener("offline", () => tell("การเชื่อมต่อหลุด – สิ่งที่พิมพ์ไว้ยังอยู่"));
  addEventListener("online", hush);

  // --- focus, and one open row at a time --------------------------------------------------------
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx.response?.status < 400) hush();
    const focus = all("[data-focus]").at(-1);
    if (focus) {
      focus.removeAttribute("data-focus");
      focus.focus();
      return;
    }
    const panels = all("tr.panel");
    if (panels.length < 2) return;
    const opened = document.activeElement?.closest("tr.panel") ?? panels.at(-1);
    for (const panel of panels) {
      if (panel !== opened && !$("form[data-typed]", panel)) $("[data-close]", panel)?.click();
    }
  });
  let closing = "";
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const close = $("[data-close]", event.target.closest?.("tr.panel") ?? document.createElement("i"));
    if (close) {
      closing = close.closest("tbody").id;
      close.click();
    }
  });
  document.addEventListener("click", (event) => {
    const close = event.target.closest?.("[data-close]");
    if (close && event.isTrusted) closing = close.closest("tbody")?.id ?? "";
  });
  document.addEventListener("htmx:after:swap", () => {
    const row = closing && document.getElementById(closing);
    if (row && !$("tr.panel", row)) {
      $(".acts a, .rnd a", row)?.focus();
      closing = "";
    }
  });
  const first = $("[data-focus]");
  if (first) first.focus();

  // --- typing survives --------------------------------------------------------------------------
  // A form with unsaved words warns before the page is left; a failed or reloaded page gives them back.
  const changed = (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-keep")) form.setAttribute("data-typed", "");
  };
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("reset", (event) => event.target.removeAttribute("data-typed"));
  document.addEventListener("submit", (event) => event.target.removeAttribute("data-typed"));
  addEventListener("beforeunload", (event) => {
    if ($("form[data-typed]")) event.preventDefault();
  });
})();
