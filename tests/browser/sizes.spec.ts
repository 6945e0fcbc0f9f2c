// How much a page makes a browser fetch, compressed and with headers.
import { type CDPSession } from "@playwright/test";
import { PAGES } from "./lib/pages.ts";
import { expect, test } from "./lib/visit.ts";

const KB = 1_000;
const MOST_AT_FIRST = 120 * KB;
const MOST_OF_SCRIPT = 60 * KB;
const MOST_AFTERWARDS = 30 * KB;

interface Bytes {
  all: number;
  script: number;
}

/** Counts what comes over the network while something is done. What the browser has kept does not. */
async function counted(tools: CDPSession, done: () => Promise<unknown>): Promise<Bytes> {
  const bytes: Bytes = { all: 0, script: 0 };
  const types = new Map<string, string>();
  const type = (event: { requestId: string; type: string }) => void types.set(event.requestId, event.type);
  const count = ({ requestId, encodedDataLength }: { requestId: string; encodedDataLength: number }) => {
    bytes.all += encodedDataLength;
    if (types.get(requestId) === "Script") bytes.script += encodedDataLength;
  };
  tools.on("Network.responseReceived", type);
  tools.on("Network.loadingFinished", count);
  await done();
  tools.off("Network.responseReceived", type);
  tools.off("Network.loadingFinished", count);
  return bytes;
}

for (const wanted of PAGES.filter((page) => page.posted === undefined)) {
  test(`${wanted.name} is small @deployed`, async ({ visitor }) => {
    const tools = await visitor.tools(wanted);
    await tools.send("Network.enable");
    await tools.send("Network.clearBrowserCache");
    const first = await counted(tools, () => visitor.open(wanted));
    expect(first.script, "bytes of script").toBeGreaterThan(0);
    expect(first.script, "bytes of script").toBeLessThanOrEqual(MOST_OF_SCRIPT);
    expect(first.all, "bytes of the first page").toBeLessThanOrEqual(MOST_AT_FIRST);
    const following = await counted(tools, () => visitor.open(wanted));
    expect(following.all, "bytes of a following page").toBeLessThan(first.all);
    expect(following.all, "bytes of a following page").toBeLessThanOrEqual(MOST_AFTERWARDS);
  });
}
