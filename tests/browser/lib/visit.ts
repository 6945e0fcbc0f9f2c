// Looking at pages as somebody, and noticing what a page must never do.
import { test as base, expect, type Browser, type BrowserContext, type CDPSession, type Page, type Response, type Route } from "@playwright/test";
import { at, reseller } from "./demo.ts";
import { addressOf, type PageOf } from "./pages.ts";
import { records, stateOf } from "./records.ts";

export { expect };

/** Who looks: a role, or a stranger; at which reseller; with script, unless it is switched off. */
export interface Who {
  readonly role?: PageOf["role"];
  readonly at?: string;
  readonly script?: boolean;
}

export interface Visitor {
  /** A browser of its own for somebody, for what one test does. */
  as(who: Who): Promise<BrowserContext>;
  /** A page of the list, in the window of whoever sees it, which all tests of a worker share. Loaded without script, it has not run its own, and
   * can be examined all the same. */
  open(wanted: PageOf, script?: boolean): Promise<Page>;
  /** The developer tools of that window. */
  tools(wanted: PageOf): Promise<CDPSession>;
}

/** A window that is kept, with its tools. */
interface Window {
  readonly page: Page;
  readonly tools: CDPSession;
}

/** What was wrong since somebody asked last. */
class Noticed {
  private wrong: string[] = [];

  /** Notes every message of an error (a violation of the Content-Security-Policy is one), and every request to another host. */
  watch(context: BrowserContext): void {
    context.on("request", (request) => {
      if (new URL(request.url()).origin !== at.origin) this.wrong.push(`a request to ${request.url()}`);
    });
    context.on("weberror", (error) => void this.wrong.push(`${error.page()?.url()}: ${error.error()}`));
    context.on("console", (message) => {
      // Chromium tells the status of a page that is not 200 as an error.
      const isStatus = message.text().startsWith("Failed to load resource: the server responded with a status of");
      const isOfPage = isStatus && message.location().url === message.page()?.url();
      if (["error", "warning"].includes(message.type()) && !isOfPage) this.wrong.push(`${message.page()?.url()}: ${message.text()}`);
    });
  }

  taken(): string[] {
    return this.wrong.splice(0);
  }
}

export const test = base.extend<{ visitor: Visitor }, { windows: Map<string, Window>; noticed: Noticed }>({
  noticed: [async ({}, use) => use(new Noticed()), { scope: "worker" }],
  windows: [async ({}, use) => use(new Map()), { scope: "worker" }],
  visitor: async ({ browser, windows, noticed }, use) => {
    const contexts: BrowserContext[] = [];
    const window = async ({ role }: PageOf): Promise<Window> => {
      const key = role ?? "";
      const kept = windows.get(key) ?? (await newWindow(await newContext(browser, { role }, noticed)));
      windows.set(key, kept);
      return kept;
    };
    await use({
      async as(who) {
        const context = await newContext(browser, who, noticed);
        contexts.push(context);
        return context;
      },
      async open(wanted, script = true) {
        const { page, tools } = await window(wanted);
        await tools.send("Emulation.setScriptExecutionDisabled", { value: !script });
        try {
          await go(page, wanted);
        } finally {
          await tools.send("Emulation.setScriptExecutionDisabled", { value: false });
        }
        return page;
      },
      tools: async (wanted) => (await window(wanted)).tools,
    });
    for (const context of contexts) await context.close();
    expect(noticed.taken(), "what no page may do").toEqual([]);
  },
});

async function newContext(browser: Browser, who: Who, noticed: Noticed): Promise<BrowserContext> {
  const { role, script = true, at: shortName = reseller.short_name } = who;
  const storageState = role === undefined ? undefined : stateOf(shortName, role);
  const context = await browser.newContext({ baseURL: at.href, storageState, javaScriptEnabled: script });
  noticed.watch(context);
  return context;
}

async function newWindow(context: BrowserContext): Promise<Window> {
  const page = await context.newPage();
  // What a page remembers of others differs with those that were looked at before.
  await page.addInitScript(() => sessionStorage.clear());
  return { page, tools: await context.newCDPSession(page) };
}

async function go(page: Page, wanted: PageOf): Promise<void> {
  const response = await answerOf(page, wanted);
  const { status = 200 } = wanted;
  expect(response.status(), `${wanted.path}: ${await page.title()}`).toBe(status);
  expect(response.request().redirectedFrom(), `${wanted.path} is a page of its own`).toBeNull();
}

/** Goes to a page, or sends the form to which it is the answer. */
async function answerOf(page: Page, wanted: PageOf): Promise<Response> {
  const address = addressOf(wanted, records());
  const { posted } = wanted;
  if (posted !== undefined) {
    const headers = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };
    const postData = new URLSearchParams(posted).toString();
    const send = (route: Route) => route.continue({ method: "POST", postData, headers: { ...route.request().headers(), ...headers } });
    await page.route(new URL(address, at).href, send, { times: 1 });
  }
  const response = await page.goto(address);
  if (response === null) throw new Error(`${address} leads nowhere`);
  return response;
}
