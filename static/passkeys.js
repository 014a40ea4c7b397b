// Passkeys: the browser asks the key, and the form carries its answer. Without this script there are codes.
(() => {
  const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  function readable(options) {
    options.challenge = toBytes(options.challenge);
    if (options.user) options.user.id = toBytes(options.user.id);
    for (const each of [...(options.allowCredentials ?? []), ...(options.excludeCredentials ?? [])]) each.id = toBytes(each.id);
    return { publicKey: options };
  }

  function written(answer) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (answer.response[name]) response[name] = toText(answer.response[name]);
    }
    return JSON.stringify({ id: answer.id, rawId: toText(answer.rawId), type: answer.type, response });
  }

  async function ask(place) {
    const form = place.closest("form");
    const failed = form.querySelector("[data-passkey-failed]");
    const options = readable(JSON.parse(place.dataset.options));
    failed.hidden = true;
    try {
      const asked = place.dataset.passkey === "make" ? navigator.credentials.create(options) : navigator.credentials.get(options);
      form.elements.passkey.value = written(await asked);
    } catch {
      failed.hidden = false;
      return;
    }
    form.requestSubmit();
  }

  for (const place of document.querySelectorAll("[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    place.hidden = false;
    place.querySelector("button").onclick = () => ask(place);
    // Enter in its name asks for the passkey, too.
    const form = place.closest("form");
    const early = (event) => {
      if (place.dataset.passkey !== "make" || form.elements.passkey.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(place);
    };
    form.addEventListener("submit", early, { capture: true });
    const missing = form.querySelector("[data-passkey-missing]");
    if (missing) missing.hidden = true;
  }
})();
