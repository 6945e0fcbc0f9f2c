// What people have set for all pages: colours of their own, and less motion.
import { isAccessible } from "./lib/checks.ts";
import { expect, test } from "./lib/visit.ts";

test("what tells by colour tells by shape too, where people have set colours", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER" })).newPage();
  await page.emulateMedia({ forcedColors: "active" });
  await page.goto("/reseller");
  const shape = (status: string) =>
    page.locator(`.status.${status}`).first().evaluate((element) => {
      const { borderTopColor, borderTopWidth, width } = getComputedStyle(element, "::before");
      return { borderTopColor, isFilled: 2 * parseFloat(borderTopWidth) > parseFloat(width) / 2 };
    });
  const text = await page.evaluate(() => getComputedStyle(document.body).color);
  expect(await shape("good")).toEqual({ borderTopColor: text, isFilled: true });
  expect(await shape("bad")).toEqual({ borderTopColor: text, isFilled: false });
  const [current, other] = ["[aria-current]", ":not([aria-current])"].map((is) => page.locator(`.side nav a${is}`).first());
  const mark = (element: Element) => getComputedStyle(element, "::before").borderInlineStartStyle;
  expect(await current!.evaluate(mark)).toBe("solid");
  expect(await other!.evaluate(mark)).toBe("none");
  await isAccessible(page, "with forced colours");
});

test("nothing moves where people have set less motion", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER" })).newPage();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/reseller");
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("*")].flatMap((element) => {
      const { animationName, scrollBehavior, transitionDuration } = getComputedStyle(element);
      return animationName !== "none" || scrollBehavior !== "auto" || transitionDuration !== "0s" ? [element.outerHTML] : [];
    }),
  );
  expect(moving).toEqual([]);
});
