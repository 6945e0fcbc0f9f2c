// What must be true of every page.
import { expect, type Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds against WCAG 2.2 AA and its best practices: nothing. `rules` are the only ones to check. */
export async function isAccessible(page: Page, when: string, rules?: readonly string[]): Promise<void> {
  // The script of the page itself has run before, or not at all.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const violations = await page.evaluate(async (rules) => {
    const options = { resultTypes: ["violations"], ...(rules === undefined ? {} : { runOnly: rules }) };
    const { violations } = await (window as any).axe.run(document, options);
    return violations.flatMap(({ id, nodes }: any) => nodes.map((node: any) => `${id}: ${node.target} ${node.failureSummary}`));
  }, rules);
  expect(violations, `${page.url()}, ${when}`).toEqual([]);
}

/** Nothing of the page is wider than the window; tables scroll in themselves. */
export async function fitsItsWidth(page: Page, when: string): Promise<void> {
  const [needed, there] = await page.evaluate(() => [document.scrollingElement?.scrollWidth ?? 0, window.innerWidth] as const);
  expect(needed, `${page.url()}, ${when}: the page scrolls sideways`).toBeLessThanOrEqual(there);
}
