// Sends messages by Segment's library for browsers, on a page of http://shop.test:
// node segment-browser.cjs MODULES ADDRESS KEY STRATEGY
const [modules, address, writeKey, strategy] = process.argv.slice(2);
const load = require("node:module").createRequire(`${modules}/`);
const { Window } = load("happy-dom");

const page = new Window({ url: "http://shop.test/cart?x=1" });
// What the library reads of a browser. The page's own fetch asks first where it may send to, as browsers do.
const own = ["document", "navigator", "location", "localStorage", "sessionStorage", "history", "CustomEvent"];
globalThis.window = page;
globalThis.self = page;
for (const name of own) {
  Object.defineProperty(globalThis, name, { value: page[name], configurable: true, writable: true });
}
globalThis.fetch = page.fetch.bind(page);
page.fetch = globalThis.fetch;

async function main() {
  const { AnalyticsBrowser } = load("@segment/analytics-next");
  const [analytics] = await AnalyticsBrowser.load({
    writeKey,
    cdnSettings: { integrations: { "Segment.io": { apiKey: writeKey, apiHost: `${address}/v1`, protocol: "http", deliveryStrategy: { strategy } } } },
  }, { disableClientPersistence: true });
  analytics.on("error", (error) => {
    console.error(error.code, String(error.reason));
    process.exitCode = 1;
  });
  await analytics.page("Docs", "Cart");
  await analytics.identify("canary-eve", { plan: "free" });
  const sent = await analytics.track("Order Placed", { total: 12 });
  if (sent.failedDelivery()) throw new Error(String(sent.failedDelivery().reason));
  // What was batched leaves when the page is left.
  page.dispatchEvent(new page.Event("pagehide"));
  await page.happyDOM.waitUntilComplete();
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
