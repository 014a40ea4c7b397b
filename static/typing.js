// Nothing typed is lost: not to another page or row, not to Back, not to an answer that comes while somebody types.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, listener) => document.addEventListener(name, listener);
  const tell = (text, detail = {}) => document.dispatchEvent(new CustomEvent("app:tell", { detail: { text, ...detail } }));
  const FIELDS = "input:not([type=hidden]), select, textarea";
  const fieldsOf = (form) => [...form.elements].filter((field) => field.matches(FIELDS));

  // --- unsaved words ----------------------------------------------------------------------------
  // data-typed="here": a field differs from what the server sent. data-typed="": the form came back to be corrected, and
  // all of it is unsaved, whatever the fields say.
  const differs = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (!field.options) return field.value !== field.defaultValue;
    const sent = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(sent, 0);
  };
  const mark = (form) => {
    if (!form?.matches("[data-keep]") || form.dataset.typed === "") return;
    if (fieldsOf(form).some(differs)) form.dataset.typed = "here";
    else delete form.dataset.typed;
  };
  let ticks = 0;
  const typedAt = new WeakMap(); // field -> tick of its last letter
  on("input", ({ target }) => {
    typedAt.set(target, ++ticks);
    mark(target.form);
  });
  on("change", ({ target }) => mark(target.form));
  on("reset", ({ target }) => target.removeAttribute("data-typed"));
  on("htmx:before:request", ({ detail: { ctx } }) => {
    ctx.sentAt = ticks;
    ctx.sentForm = ctx.request.form?.getAttribute("action");
  });
  const typedSince = (ctx) => (field) => typedAt.get(field) > ctx.sentAt;
  on("htmx:after:request", ({ detail: { ctx } }) => {
    const { sourceElement: form, response, hx } = ctx;
    if (!form.matches?.("form[data-typed]") || response.status >= 400 || !response.headers.has("X-Answer")) return;
    if (fieldsOf(form).some(typedSince(ctx))) return;
    form.removeAttribute("data-typed");
    if (hx.redirect || hx.refresh) history.replaceState({ htmx: true, saved: true }, ""); // see pageshow; htmx writes over any state but its own
  });
  on("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.response?.status !== 422) return;
    const form = all("form[data-keep]").find((each) => each.getAttribute("action") === ctx.sentForm);
    form?.setAttribute("data-typed", "");
  });
  // The browser puts words back into a page somebody returns to. Where they were saved, leaving need not warn again.
  addEventListener("pageshow", () => {
    if (!history.state?.saved) all("form[data-keep]").forEach(mark);
  });
  // `data-once`: a page that cannot be had again, such as codes just handed out; going back must not show it either.
  addEventListener("beforeunload", (event) => {
    if ($("form[data-typed], [data-once]")) event.preventDefault();
  });
  const forgetOnce = () => all("[data-once]").forEach((element) => element.remove());
  addEventListener("pagehide", forgetOnce);

  // --- moving on --------------------------------------------------------------------------------
  const dropMarks = (root = document) => all("form[data-typed]", root).forEach((form) => form.removeAttribute("data-typed"));
  const refuse = (form, onward) => {
    const fields = fieldsOf(form);
    tell("สิ่งที่พิมพ์ไว้ยังไม่ได้บันทึก", {
      field: form.contains(document.activeElement) ? null : (fields.find(differs) ?? fields[0]),
      onward: () => {
        dropMarks();
        onward();
      },
    });
  };
  // Words that would go with `target`: those of another form than the one that is sent. A link leaves its own form too,
  // unless it is there to give the words up.
  const unsavedIn = (source, target) => {
    if (!(target instanceof Element) || source.closest("[data-close], [data-discard]")) return undefined;
    return all("form[data-typed]", target).find((form) => form !== source);
  };
  on("htmx:config:request", (event) => {
    const { sourceElement: source, target, request } = event.detail.ctx;
    const unsaved = source !== document.body && unsavedIn(source, target);
    if (!unsaved || event.defaultPrevented) return;
    event.preventDefault();
    refuse(unsaved, () => (source.matches("form") ? source.requestSubmit(request.submitter) : source.click()));
  });
  on("click", ({ target }) => {
    const link = target.closest("[data-discard]");
    if (!link) return;
    dropMarks(link.closest("tr.panel") ?? document);
    forgetOnce();
  });

  // --- Back and Forward inside the document -----------------------------------------------------
  // To htmx they are a navigation that no beforeunload asks about. The address goes where the page stays.
  let address = location.href;
  const noteAddress = () => (address = location.href);
  on("htmx:after:history:push", noteAddress);
  on("htmx:after:history:replace", noteAddress);
  addEventListener("hashchange", noteAddress);
  const stay = () => location.href !== address && history.pushState({ htmx: true }, "", address);
  on("htmx:before:history:restore", (event) => {
    const unsaved = $("form[data-typed]");
    if (!unsaved) return;
    event.preventDefault();
    stay();
    refuse(unsaved, () => history.back());
  });
  on("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.sourceElement === document.body) noteAddress();
  });
  on("htmx:config:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement !== document.body) return; // htmx gives this one request no time-out
    ctx.fetch = (path, options) =>
      fetch(path, { ...options, signal: AbortSignal.any([options.signal, AbortSignal.timeout(htmx.config.defaultTimeout)]) });
  });
  on("htmx:finally:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement === document.body && ctx.request.signal.reason === undefined) stay(); // the page did not come
  });

  // --- answers that come while somebody types ---------------------------------------------------
  // A field that has the focus, or was changed since the request left, stays as it is: htmx keeps it (hx-preserve) and
  // takes the rest of the answer. False where unsaved words would go because the answer has no such field.
  const keepFields = (ctx, { target, fragment }) => {
    for (const field of all(FIELDS, target)) {
      const typed = typedSince(ctx)(field);
      if (!typed && (field !== document.activeElement || field.type === "password")) continue;
      const next = field.id && $(`#${CSS.escape(field.id)}`, fragment);
      if (next) keepField(field, next);
      else if (typed && field.form?.hasAttribute("data-typed")) return false;
    }
    return true;
  };
  const keepField = (field, next) => {
    next.setAttribute("data-hx-preserve", "");
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (next.hasAttribute(name)) field.setAttribute(name, next.getAttribute(name));
      else field.removeAttribute(name);
    }
  };
  on("htmx:before:swap", (event) => {
    const { ctx, tasks } = event.detail;
    if (event.defaultPrevented || ctx.sourceElement === document.body) return;
    const taking = tasks.filter(
      (task) =>
        task.target instanceof Element && (unsavedIn(ctx.sourceElement, task.target) || !keepFields(ctx, task)),
    );
    if (taking.some((task) => task.type === "main")) {
      event.preventDefault();
      tell("สิ่งที่พิมพ์หลังจากกดปุ่มยังไม่ได้บันทึก กดบันทึกอีกครั้ง");
    }
    for (const task of taking) tasks.splice(tasks.indexOf(task), 1);
  });

  // --- "ล้างข้อมูล" -------------------------------------------------------------------------------
  // Empties the form, also one that came back to be corrected, and can be taken back until something new is typed.
  const empty = (field, toFresh) => {
    if (field.type === "checkbox" || field.type === "radio") field.checked = toFresh && field.defaultChecked;
    else field.value = toFresh ? field.defaultValue : "";
  };
  const forgetErrors = (form) => {
    all(".errors, .err", form.parentElement).forEach((element) => element.remove());
    all(".bad", form).forEach((element) => element.classList.remove("bad"));
    all("[aria-invalid]", form).forEach((field) => field.removeAttribute("aria-invalid"));
  };
  const offerUndo = (link, undo) => {
    const offer = document.createElement("span");
    offer.className = "cleared";
    offer.setAttribute("role", "status");
    offer.textContent = "ล้างแล้ว ";
    offer.append(Object.assign(document.createElement("button"), { type: "button", className: "btn-2 sm" }));
    offer.lastChild.textContent = "เลิกทำ";
    offer.lastChild.addEventListener("click", () => {
      undo();
      offer.remove();
    });
    link.after(offer);
  };
  on("click", (event) => {
    const link = event.target.closest("[data-clear]");
    if (!link) return;
    event.preventDefault();
    const form = link.closest("form");
    const was = fieldsOf(form).map((field) => ({ field, value: field.value, checked: field.checked }));
    const corrected = form.dataset.typed === "";
    for (const { field } of was) empty(field, !corrected);
    form.removeAttribute("data-typed");
    forgetErrors(form);
    $(".cleared", form)?.remove();
    offerUndo(link, () => {
      for (const { field, value, checked } of was) Object.assign(field, { value, checked });
      form.setAttribute("data-typed", "");
    });
  });
  on("input", ({ target }) => target.form && $(".cleared", target.form)?.remove());
})();
