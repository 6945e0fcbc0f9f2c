// Whatever colour a reseller picks, its pages can be read: those of a reseller whose brand nobody else looks at.
import { fitsItsWidth, isAccessible } from "./lib/checks.ts";
import { branded, call } from "./lib/demo.ts";
import { look, SHOWN } from "./lib/looks.ts";
import { SCREENSHOTS } from "./lib/output.ts";
import { PAGES } from "./lib/pages.ts";
import { expect, test } from "./lib/visit.ts";

/** Colours that are as light, as dark or as glaring as any, and some that lie where black and white text are equally readable. */
const COLOURS = [
  "#ffff00", "#000000", "#ffffff", "#ff00ff", "#00ff00", "#00ffff", "#ff0000", "#0000ff", "#808080", "#777777",
  "#757575", "#ff8800", "#7fff00", "#ff69b4", "#000080", "#800000", "#2f55a4", "#fefefe", "#14161a", "#7a818d",
];

/** A wide one, as logos with words are. */
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 40"><circle cx="20" cy="20" r="18" fill="#ff00ff"/><path d="M46 10h150v8H46zm0 14h110v8H46z" fill="#808080"/></svg>';

/** The same as programs for drawing write it: with a style sheet, a text and what is theirs. */
const STYLED_LOGO =
  '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:ink="http://ink.example" width="200" height="50"><ink:view/><style>.a{fill:#ff00ff}</style><circle class="a" cx="20" cy="25" r="18"/><text x="50" y="30">Harbour</text></svg>';

const CONTRAST = ["color-contrast", "link-in-text-block"];

const [LIGHT, DARK] = SHOWN;

test.describe.configure({ mode: "serial" });

test("text can be read on and beside every colour", async ({ visitor }) => {
  test.setTimeout(120_000);
  const context = await visitor.as({ role: "RESELLER", at: branded.short_name });
  const [list, login] = [await context.newPage(), await context.newPage()];
  for (const color of COLOURS) {
    await call(branded, "PUT", "/branding", { color });
    await list.goto(`/reseller?new=${branded.customer_id}`);
    await login.goto(`/login/${branded.short_name}`);
    for (const page of [list, login]) {
      const brand = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--brand"));
      expect(brand.trim()).toBe(color);
      for (const one of [LIGHT, DARK]) {
        await look(page, one!);
        await isAccessible(page, `${color}, ${one!.name}`, CONTRAST);
      }
    }
  }
});

test("a colour is shown while it is picked, and a logo in the navigation until it is deleted", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER", at: branded.short_name })).newPage();
  const shown = () => page.evaluate(() => getComputedStyle(document.querySelector("button.primary")!).backgroundColor);
  await page.goto("/profile/brand");
  for (const [field, color, rgb] of [["Brand color", "#00aa55", "rgb(0, 170, 85)"], ["Pick a color", "#aa0055", "rgb(170, 0, 85)"]] as const) {
    await page.getByLabel(field).fill(color);
    expect(await shown()).toBe(rgb);
  }
  await expect(page.getByLabel("Brand color")).toHaveValue("#aa0055");
  await page.getByRole("button", { name: "Save color" }).click();
  await page.waitForURL("/profile?**");
  await page.goto("/profile/brand");
  expect(await shown()).toBe("rgb(170, 0, 85)");

  const logo = page.getByRole("banner").getByRole("img");
  await expect(logo).toHaveCount(0);
  // With what the server takes in no drawing: the browser draws it.
  await page.getByLabel("Logo").setInputFiles({ name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from(STYLED_LOGO) });
  await page.getByRole("button", { name: "Upload logo" }).click();
  await page.waitForURL("/profile?**");
  await expect(logo).toBeVisible();
  const size = await logo.evaluate(({ naturalWidth, naturalHeight }: HTMLImageElement) => [naturalWidth, naturalHeight]);
  expect(size, "a drawing has all the pixels that a logo may have").toEqual([1024, 256]);
  await page.goto("/profile/logo/delete");
  await isAccessible(page, "before a logo is deleted");
  await page.getByRole("button", { name: "Delete the logo" }).click();
  await page.waitForURL("/profile?**");
  await expect(logo).toHaveCount(0);
});

test("the pages of a glaring brand", async ({ visitor }) => {
  test.setTimeout(120_000);
  await call(branded, "PUT", "/branding", { color: "#ff00ff" });
  await call(branded, "PUT", "/branding/logo", LOGO, "image/svg+xml");
  const context = await visitor.as({ role: "RESELLER", at: branded.short_name });
  const page = await context.newPage();
  await look(page, LIGHT!);
  const addresses = PAGES.filter(({ role, posted, status = 200 }) => role === "RESELLER" && posted === undefined && status === 200);
  for (const { name, path } of addresses) {
    const ofOwn = path.replace(/\{customer\}|\{busy\}/, String(branded.customer_id));
    if (ofOwn.includes("{")) continue;
    await page.goto(ofOwn);
    await fitsItsWidth(page, name);
    await isAccessible(page, name, CONTRAST);
    await page.screenshot({ path: `${SCREENSHOTS}/${name}-glaring.png`, fullPage: true });
  }
});

test.afterAll(async () => {
  await call(branded, "PUT", "/branding", { color: "#2f55a4" });
  await call(branded, "DELETE", "/branding/logo");
});
