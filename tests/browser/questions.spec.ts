// Questions before something is deleted, where there is script: native dialogs above the rows.
import { type Page } from "@playwright/test";
import { fitsItsWidth, isAccessible } from "./lib/checks.ts";
import { person, reseller } from "./lib/demo.ts";
import { press } from "./lib/keys.ts";
import { look, WITH_SCRIPT } from "./lib/looks.ts";
import { newName, newOrganization, onRecord, withName } from "./lib/organization.ts";
import { expect, test } from "./lib/visit.ts";

/** What is found by an organization's name, with it selected. */
async function selected(page: Page, name: string): Promise<void> {
  await page.goto(`/reseller?search=${encodeURIComponent(name)}`);
  await page.getByRole("checkbox", { name: `Select ${name}` }).check();
}

test("organizations are deleted after a question that names them", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER" })).newPage();
  const id = await newOrganization();
  const { name } = await onRecord(id);
  await page.goto("/reseller");
  await expect(page.getByRole("button", { name: "Delete selected" }), "nothing is selected").toBeDisabled();
  await selected(page, name);
  const [remove, question] = [page.getByRole("button", { name: "Delete selected" }), page.getByRole("dialog", { name: "Delete for ever?" })];
  await expect(question).toBeHidden();
  await press(page, remove);
  await expect(question.getByRole("listitem")).toHaveText([`${name} ${id}`]);
  await expect(question.getByRole("button", { name: "Keep" })).toBeFocused();
  for (const one of WITH_SCRIPT) {
    await look(page, one);
    await fitsItsWidth(page, `the question, ${one.name}`);
    await isAccessible(page, `the question, ${one.name}`);
  }
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await expect(remove).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(question, "the first answer keeps them").toBeHidden();
  expect(await withName(name)).toHaveLength(1);

  await remove.click();
  await question.getByRole("button", { name: "Delete" }).dblclick();
  await expect(page.getByRole("status")).toHaveText("1 organization was deleted.");
  await expect(page.getByRole("searchbox"), "the list is as it was").toHaveValue(name);
  expect(await withName(name)).toEqual([]);
});

test("several are selected at once, and none after they were deleted", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER" })).newPage();
  const prefix = newName();
  for (const letter of ["A", "B", "C", "D"]) await newOrganization(`${prefix} ${letter}`);
  await page.goto(`/reseller?search=${encodeURIComponent(prefix)}&sort=name`);
  const [all, remove] = [page.getByRole("checkbox", { name: "Select all" }), page.getByRole("button", { name: "Delete selected" })];
  await all.check();
  await expect(remove).toHaveText("Delete selected (4)");
  await page.getByRole("checkbox", { name: `Select ${prefix} C` }).uncheck();
  await page.getByRole("checkbox", { name: `Select ${prefix} D` }).uncheck();
  await expect(remove).toHaveText("Delete selected (2)");
  await expect(all).toHaveJSProperty("indeterminate", true);
  await remove.click();
  const question = page.getByRole("dialog", { name: "Delete these 2 for ever?" });
  await expect(question.getByRole("listitem")).toHaveCount(2);
  await question.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("status")).toHaveText("2 organizations were deleted.");
  await page.goBack();
  await expect(page.getByRole("row", { name: `${prefix} C` })).toBeVisible();
  await expect(page.getByRole("checkbox", { checked: true }), "where the deleted ones stood").toHaveCount(0);
  await expect(remove).toBeDisabled();
  await all.check();
  await remove.click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("No organization matches.")).toBeVisible();
});

test("the question fits its window, however many it names", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER" })).newPage();
  await page.goto("/reseller?rows=50");
  await page.getByRole("checkbox", { name: "Select all" }).check();
  await page.getByRole("button", { name: "Delete selected" }).click();
  const question = page.getByRole("dialog");
  await expect(question.getByRole("heading")).toBeInViewport();
  await expect(question.getByRole("button", { name: "Keep" })).toBeInViewport();
  await isAccessible(page, "a long question");
  await question.getByRole("button", { name: "Keep" }).click();
});

test("a page says that nothing is selected where there is no script", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER", script: false })).newPage();
  await page.goto("/reseller");
  await page.getByRole("button", { name: "Delete selected" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Nothing is selected");
});

test("a token and a user are deleted after a question, and oneself on a page that warns", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER" })).newPage();
  const id = await newOrganization();
  await page.goto(`/reseller/${id}/tokens/new`);
  await page.getByLabel("Name").fill("One");
  await page.getByRole("button", { name: "Create token" }).click();
  const secret = await page.locator("#secret").innerText();
  await page.getByRole("link", { name: "I have copied it" }).click();
  const question = page.getByRole("dialog");
  await page.getByRole("link", { name: "Delete One" }).click();
  await expect(question.getByRole("listitem")).toHaveText([`One ${secret.slice(-4)}`]);
  await question.getByRole("button", { name: "Keep" }).click();
  await expect(page.getByRole("row", { name: "One" })).toBeVisible();
  await page.getByRole("link", { name: "Delete One" }).click();
  await question.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("status")).toHaveText("The token was deleted.");
  await expect(page.getByText("There is no token yet.")).toBeVisible();

  await page.goto(`/reseller/${id}/users/new`);
  await page.getByLabel("Email address").fill("asked@browser.example");
  await page.getByRole("button", { name: "Invite" }).click();
  await page.goto(`/reseller/${id}?tab=3`);
  await page.getByRole("link", { name: "Delete asked@browser.example" }).click();
  await expect(question.getByRole("listitem")).toContainText("asked@browser.example");
  await question.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("status")).toHaveText("The user was deleted.");

  await page.goto(`/reseller/users?search=${encodeURIComponent(person(reseller, "RESELLER").email)}`);
  await page.getByRole("row", { name: "You" }).getByRole("link", { name: /^Delete / }).click();
  await expect(page.getByRole("main")).toContainText("This is you");
});
