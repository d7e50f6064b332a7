// Sends messages by Segment's library for servers: node segment-node.cjs MODULES ADDRESS KEY
const [modules, address, writeKey] = process.argv.slice(2);
const load = require("node:module").createRequire(`${modules}/`);
const { Analytics } = load("@segment/analytics-node");

async function main() {
  const analytics = new Analytics({ writeKey, host: `http://${address}`, flushAt: 20, maxRetries: 0 });
  analytics.on("error", (error) => {
    console.error(error.code, String(error.reason));
    process.exitCode = 1;
  });
  analytics.identify({ userId: "canary-ann", traits: { plan: "pro", unknown: 1 } });
  analytics.track({ userId: "canary-ann", event: "Order Placed", messageId: "m1", properties: { total: 80.5 } });
  analytics.track({ userId: "canary-ann", event: "Order Placed", messageId: "m1", properties: { total: 80.5 } });
  analytics.track({ userId: "canary-bob", event: "Order Placed", properties: { total: "a lot" } });
  analytics.track({ userId: "canary-bob", event: "Nobody Declared This" });
  analytics.page({ anonymousId: "canary-anonymous", name: "Home", properties: { url: "https://x.test/" } });
  analytics.screen({ userId: "canary-ann", name: "Settings" });
  analytics.group({ userId: "canary-ann", groupId: "g" });
  analytics.alias({ userId: "canary-ann", previousId: "canary-anonymous" });
  await analytics.closeAndFlush();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
