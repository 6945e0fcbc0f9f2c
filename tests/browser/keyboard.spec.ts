// A visit with the keyboard alone.
import { person, reseller } from "./lib/demo.ts";
import { press, tabTo, type } from "./lib/keys.ts";
import { EMAIL } from "./lib/organization.ts";
import { expect, test } from "./lib/visit.ts";

test("somebody logs in, makes an organization, edits it, looks at a tab and logs out @deployed", async ({ visitor }) => {
  const page = await (await visitor.as({})).newPage();
  const { email, password } = person(reseller, "RESELLER");
  await page.goto(`/login/${reseller.short_name}`);
  await type(page, page.getByLabel("Email address"), email);
  await type(page, page.getByLabel("Password"), password);
  await page.keyboard.press("Enter");
  await page.waitForURL("/reseller/dashboard");

  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#main$/);
  await page.goBack();

  await press(page, page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Organizations" }));
  await press(page, page.getByRole("link", { name: "New Organization" }));
  const name = `Keys ${Date.now()}`;
  await type(page, page.getByLabel("Name"), name);
  await type(page, page.getByLabel("Email address"), EMAIL);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toContainText("was created");
  await expect(page.getByRole("row", { name })).toContainText("New");

  await press(page, page.getByRole("link", { name, exact: true }));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await type(page, page.getByLabel("Phone"), "+31 20 123 4567");
  await press(page, page.getByRole("button", { name: "Save" }));
  await expect(page.getByRole("status")).toHaveText("Saved.");
  await expect(page.getByLabel("Phone")).toHaveValue("+31 20 123 4567");

  await press(page, page.getByRole("link", { name: "Tokens", exact: true }));
  await expect(page.getByRole("link", { name: "Tokens", exact: true })).toHaveAttribute("aria-current", "page");
  await press(page, page.getByRole("button", { name: "Log out" }));
  await page.waitForURL("**/login**");
  await page.goto("/reseller");
  await expect(page).toHaveURL(new RegExp(`/login/${reseller.short_name}\\?next=%2Freseller$`));
});

test("the navigation of a narrow window opens, closes, and gives the focus back", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER" })).newPage();
  await page.setViewportSize({ width: 320, height: 256 });
  await page.goto("/reseller");
  const links = page.getByRole("navigation", { name: "Main" });
  await expect(links).toBeHidden();
  const menu = page.getByRole("button", { name: "Menu" });
  await press(page, menu);
  await tabTo(page, links.getByRole("link", { name: "Organizations" }));
  await expect(links.getByRole("link", { name: "Organizations" })).toBeInViewport();
  // What lies on top lets nothing shine through.
  const back = await links.evaluate((element) => getComputedStyle(element.closest("[popover]") as Element).backgroundColor);
  expect(back).not.toMatch(/transparent|, 0\)/);
  await page.keyboard.press("Escape");
  await expect(links).toBeHidden();
  await expect(menu).toBeFocused();
});
