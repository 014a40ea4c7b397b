// How strong a new password is, while it is typed. Nothing is kept of it; without this script the form says it when sent.
(() => {
  "use strict";
  const PAUSE = 400; // ms without a letter
  const waiting = new WeakMap(); // field -> what is asked of it, or will be

  async function ask(field, place, signal) {
    const token = document.querySelector('meta[name="csrf-token"]');
    const body = new URLSearchParams({ password: field.value });
    try {
      const answer = await fetch(place.dataset.at, { method: "POST", body, headers: { "X-CSRFToken": token.content }, signal });
      const { good, words } = answer.ok ? await answer.json() : { words: "" };
      if (signal.aborted) return;
      place.textContent = words;
      place.classList.toggle("is-good", Boolean(good));
    } catch {
      if (!signal.aborted) place.textContent = ""; // of this one nothing is known: the form will say it
    }
  }

  document.addEventListener("input", ({ target }) => {
    const place = target.id && document.querySelector(`[data-strength="${CSS.escape(target.id)}"]`);
    if (!place) return;
    waiting.get(target)?.abort();
    const turn = new AbortController();
    waiting.set(target, turn);
    if (!target.value) place.textContent = "";
    else setTimeout(() => turn.signal.aborted || ask(target, place, turn.signal), PAUSE);
  });
})();
