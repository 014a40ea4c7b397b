// `node lighthouse.mjs CHROMIUM PAGES`: what Lighthouse says of each of PAGES, {name: [address, cookie]}, on a telephone and a
// slow line as it takes them, as JSON on the standard output: {name: {scores: {category: 0 to 100}, faults: [...], moved: [...]}}.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const [chromePath, pages] = process.argv.slice(2);
// One process draws: with a second one, idle and asleep, Chromium waits five seconds for its word when a trace ends.
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--renderer-process-limit=1"];
const WAITS = { networkQuietThresholdMs: 500, cpuQuietThresholdMs: 500, pauseAfterFcpMs: 200, pauseAfterLoadMs: 200 };
// Of speed, what a busy machine says otherwise each time; the round trips and bytes behind it are test_bytes.py.
const BY_CLOCK = new Set([
  ...["first-contentful-paint", "largest-contentful-paint", "speed-index", "total-blocking-time", "interactive"],
  ...["cumulative-layout-shift", "max-potential-fid", "server-response-time", "bootup-time", "mainthread-work-breakdown"],
  ...["render-blocking-resources"],
]);
const LONG_LISTS = new Set(["dom-size"]); // 85 projects are 85 rows

const name = (item) => `${item.node?.selector ?? item.url ?? ""} ${item.node?.explanation ?? ""}`;
const fault = ({ id, details }) => [id, ...(details?.items ?? []).slice(0, 3).map(name)].join(": ");
const told = ({ categories, audits }) => {
  const asked = Object.values(categories).flatMap(({ auditRefs }) => auditRefs);
  const counts = ({ id, group }) => group !== "hidden" && !BY_CLOCK.has(id) && !LONG_LISTS.has(id);
  const failed = asked.filter(counts).map(({ id }) => audits[id]);
  return {
    scores: Object.fromEntries(Object.values(categories).map(({ id, score }) => [id, Math.round(score * 100)])),
    faults: failed.filter(({ score }) => score !== null && score < 1).map(fault),
    // A font that comes late moves words by a hair on a busy machine; nothing else may move.
    moved: (audits["layout-shifts"].details?.items ?? [])
      .filter(({ subItems }) => !subItems?.items.some(({ cause }) => cause === "Web font loaded"))
      .map(name),
  };
};

const found = {};
for (const [what, [address, cookie]] of Object.entries(JSON.parse(pages))) {
  const chrome = await launch({ chromePath, chromeFlags: FLAGS, logLevel: "silent" }); // with no cookie of the page before
  const extraHeaders = cookie ? { Cookie: cookie } : {};
  const options = { port: chrome.port, logLevel: "silent", output: "json", disableFullPageScreenshot: true, extraHeaders, ...WAITS };
  found[what] = told((await lighthouse(address, options)).lhr);
  await chrome.kill();
}
console.log(JSON.stringify(found));
