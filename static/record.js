// Recording in few keys. Enter leads to the next field that is still empty, 1-4 choose in a group, 0 all of it, and the word a name
// begins with is its kind. Without this file Tab, Space and the mouse do the same.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const on = (name, listener) => document.addEventListener(name, listener);
  const isTick = (field) => field.matches("input[type=radio], input[type=checkbox]");
  const MAY_BE_EMPTY = /^(further_dimensions|no_budget_\d+|same_budget)$/;

  const isEmpty = (field) => {
    if (!isTick(field)) return field.value.trim() === "";
    return ![...field.form.elements].some((each) => each.name === field.name && each.checked);
  };
  const isAsked = (field) =>
    field.matches("textarea, input:not([type=hidden])") &&
    !field.disabled &&
    !MAY_BE_EMPTY.test(field.name) &&
    field.checkVisibility();
  // The next one below, else the first one above, else the button that saves.
  const nextEmpty = (from) => {
    const empty = [...from.form.elements].filter((field) => isAsked(field) && isEmpty(field) && field !== from);
    const below = empty.find((field) => from.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);
    return below ?? empty[0] ?? $('button[name="then"]', from.form);
  };
  const fieldOf = ({ target }) =>
    target.form?.matches("[data-onward]") && target.matches("input, textarea, select") ? target : null;

  on("keydown", (event) => {
    const field = fieldOf(event);
    if (!field || event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "Enter" && (field.name === "name" || !field.matches("textarea"))) {
      event.preventDefault();
      nextEmpty(field).focus();
    }
    // By place on the keyboard: with Thai letters on, these keys write no digits.
    const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1];
    if (!digit || !isTick(field) || field.closest(".year, .same")) return;
    event.preventDefault(); // no digit where it leads to
    const choices = [...field.form.elements].filter((each) => each.name === field.name);
    const chosen = digit === "0" ? choices.filter((each) => each.type === "checkbox" && !each.checked) : choices.slice(digit - 1, digit);
    chosen[0]?.focus();
    for (const each of chosen) each.click();
    if (chosen[0]?.type === "radio") nextEmpty(chosen[0]).focus(); // there is only one to choose
  });

  // A name says what kind of work it is; whoever chose another kind knows better.
  const byHand = new WeakSet();
  on("change", ({ target }) => {
    if (target.name === "kind" && target.form) byHand.add(target.form);
  });
  on("input", (event) => {
    const field = fieldOf(event);
    if (field?.name !== "name" || byHand.has(field.form)) return;
    const begins = field.value.replace(/^[\s"“'(]+/, "");
    const kinds = [...field.form.elements].filter((each) => each.name === "kind");
    const said = kinds.find((each) => begins.startsWith(each.closest("label").textContent.trim()));
    if (said) said.checked = true;
  });

  // Of the sub-headings only those of the main dimension can be chosen; another dimension lets go of what was.
  const fitBelow = (form) => {
    const below = form?.elements.sub_heading;
    if (!below) return;
    const dimension = form.elements.dimension.value;
    for (const option of below.querySelectorAll("optgroup option")) {
      const fits = !dimension || option.value.startsWith(`${dimension}.`);
      option.disabled = !fits;
      option.parentElement.hidden = !fits;
      if (!fits && option.selected) below.value = "";
    }
  };
  on("change", ({ target }) => {
    if (target.name === "dimension") fitBelow(target.form);
  });

  // Keys are told where there is a keyboard, most likely.
  const offerKeys = () => {
    const hint = $("[data-keys]");
    if (hint) hint.hidden = !matchMedia("(pointer: fine)").matches;
  };
  on("htmx:after:swap", offerKeys);
  offerKeys();
  fitBelow($("form[data-onward]"));

  // "ล้าง" beside what was kept: the words that are typed by now stay. The year stays that the page is about.
  on("click", (event) => {
    const link = event.target.closest("[data-unkeep]");
    if (!link) return;
    event.preventDefault();
    const form = $("form[data-onward]");
    const [, ...laterYears] = [...form.elements].filter((field) => field.name === "years" && field.checked);
    const kept = [...form.elements].filter((field) => ["kind", "quarters", "dimension", "same_budget"].includes(field.name));
    for (const field of [...kept, ...laterYears]) field.checked = false;
    if (form.elements.sub_heading) form.elements.sub_heading.value = "";
    fitBelow(form);
    $("#kept").remove();
    $('[name="name"]', form).focus();
  });
})();
