// Every page, with script and without, in light and dark, wide, narrow and enlarged.
import { fitsItsWidth, isAccessible } from "./lib/checks.ts";
import { look, SHOWN, WITH_SCRIPT, WITHOUT_SCRIPT } from "./lib/looks.ts";
import { SCREENSHOTS } from "./lib/output.ts";
import { PAGES } from "./lib/pages.ts";
import { expect, test } from "./lib/visit.ts";

for (const wanted of PAGES) {
  test(`${wanted.name}, with script`, async ({ visitor }) => {
    const page = await visitor.open(wanted);
    expect(await page.getByRole("heading", { level: 1 }).count(), "headings of the page").toBe(1);
    expect(await page.locator("a.primary, button.primary").count(), "primary buttons").toBeLessThanOrEqual(1);
    for (const one of WITH_SCRIPT) {
      await look(page, one);
      await fitsItsWidth(page, one.name);
      await isAccessible(page, one.name);
    }
    for (const one of SHOWN) {
      await look(page, one);
      await fitsItsWidth(page, one.name);
      await page.screenshot({ path: `${SCREENSHOTS}/${wanted.name}-${one.name}.png`, fullPage: true });
    }
  });

  test(`${wanted.name}, without script`, async ({ visitor }) => {
    const page = await visitor.open(wanted, false);
    for (const one of WITHOUT_SCRIPT) {
      await look(page, one);
      await fitsItsWidth(page, one.name);
      await isAccessible(page, one.name);
    }
  });
}
