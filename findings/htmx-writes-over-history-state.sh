#!/usr/bin/env bash
# Any swap of htmx 4 puts `{htmx: true}` in place of a page's own state of its history entry, also where the request neither
# pushes nor replaces an address: it does so before it looks. Only a state that bears `htmx: true` itself is left alone, as
# is the note of static/typing.js that a form was saved.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund htmx.org@4.0.1 jsdom@26.1.0
cat > seen.cjs <<'JS'
const { readFileSync } = require("node:fs");
const { JSDOM } = require("jsdom");
const dom = new JSDOM('<button hx-get="/part" hx-target="#here">more</button><p id="here"></p>', {
  url: "http://page.example/", runScripts: "outside-only", pretendToBeVisual: true,
});
const { window } = dom;
window.fetch = async () => new Response("<b>part</b>", { headers: { "Content-Type": "text/html" } });
window.Response = Response; window.Headers = Headers; window.Request = Request;
window.CSS = { escape: (text) => text.replace(/[^\w-]/g, "\\$&") };
const { evaluate } = window.XPathExpression.prototype; // jsdom wants a type where browsers have one of their own
window.XPathExpression.prototype.evaluate = function (node) {
  return evaluate.call(this, node, 4, null);
};
window.eval(readFileSync(require.resolve("htmx.org/dist/htmx.js"), "utf8"));
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => {
  const kept = {};
  for (const state of [{ saved: true }, { htmx: true, saved: true }]) {
    await wait(100);
    window.history.replaceState(state, "");
    window.document.querySelector("button").click();
    await wait(300);
    kept[JSON.stringify(state)] = JSON.stringify(window.history.state);
  }
  const swapped = window.document.querySelector("#here").innerHTML;
  console.log("htmx.org", require("htmx.org/package.json").version, "jsdom", require("jsdom/package.json").version, "swapped:", swapped);
  const [[plain, afterPlain], [marked, afterMarked]] = Object.entries(kept);
  console.log(`expected: a swap that neither pushes nor replaces an address leaves ${plain}`);
  console.log(`seen:     ${afterPlain}; and ${marked} stays ${afterMarked}`);
  process.exit(swapped === "<b>part</b>" && afterPlain === '{"htmx":true}' && afterMarked === marked ? 0 : 1);
})();
JS
node seen.cjs
