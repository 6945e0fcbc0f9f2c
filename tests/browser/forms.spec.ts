// Forms: when they can be saved, and that nothing is lost or made twice.
import { isAccessible } from "./lib/checks.ts";
import { person, reseller } from "./lib/demo.ts";
import { EMAIL, fillNew, newName, newOrganization, onRecord, withName } from "./lib/organization.ts";
import { expect, test } from "./lib/visit.ts";

test("the button that saves is there only while something differs", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER" })).newPage();
  const id = await newOrganization();
  await page.goto(`/reseller/${id}?tab=2`);
  const save = page.getByRole("button", { name: "Save" });
  const name = page.getByLabel("Name");
  const before = await name.inputValue();
  await expect(save).toBeHidden();
  await name.press("End");
  await name.pressSequentially("!");
  await expect(save).toBeVisible();
  await name.press("Backspace");
  await expect(save).toBeHidden();
  await page.getByLabel("Status").selectOption("Inactive");
  await expect(save).toBeVisible();
  await page.getByLabel("Status").selectOption("Active");
  await expect(save).toBeHidden();

  await name.fill(`${before} & Sons`);
  await save.click();
  await expect(page.getByRole("status")).toHaveText("Saved.");
  await expect(page).toHaveURL(/\?tab=2&saved=1$/);
  await expect(save).toBeHidden();

  // A click on something else asks before it loses what was typed.
  await name.fill("Not saved");
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await page.getByRole("link", { name: "Usage", exact: true }).first().click({ noWaitAfter: true });
  await expect.poll(() => asked).toEqual(["beforeunload"]);
  await expect(name).toHaveValue("Not saved");
  await name.fill(`${before} & Sons`);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect((await onRecord(id)).name).toBe(`${before} & Sons`);
});

test("a double click makes one organization, and so does the same form sent again", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER" })).newPage();
  const name = newName();
  await fillNew(page, name);
  await page.getByRole("button", { name: "Create organization" }).dblclick();
  await expect(page.getByRole("status")).toContainText("was created");
  expect(await withName(name)).toHaveLength(1);
  await page.reload();
  await expect(page.getByRole("status")).toContainText("was created");
  expect(await withName(name)).toHaveLength(1);
});

test("back and forward lead to the same pages, and make nothing", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER" })).newPage();
  const name = newName();
  await page.goto("/reseller?sort=name&direction=desc");
  await page.getByLabel("Search").fill("browser");
  await page.getByRole("button", { name: "Apply" }).click();
  const searched = page.url();
  await fillNew(page, name);
  await page.getByRole("button", { name: "Create organization" }).click();
  await expect(page.getByRole("status")).toContainText("was created");
  const made = page.url();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New Organization");
  await page.goBack();
  expect(page.url()).toBe(searched);
  await expect(page.getByLabel("Search")).toHaveValue("browser");
  await page.goForward();
  await page.goForward();
  expect(page.url()).toBe(made);
  await expect(page.getByRole("row", { name })).toContainText("New");
  expect(await withName(name)).toHaveLength(1);
});

test("the way back leads to the list as it was left", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER" })).newPage();
  const id = await newOrganization();
  const { name } = await onRecord(id);
  await page.goto("/reseller?sort=name&direction=desc");
  await page.getByLabel("Search").fill(name);
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("link", { name: "Tokens", exact: true }).click();
  await page.getByRole("main").getByRole("link", { name: "Organizations" }).click();
  await expect(page.getByLabel("Search")).toHaveValue(name);
  await expect(page.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "descending");
  await page.goto("/login");
  expect(await page.evaluate(() => sessionStorage.length), "nothing is left for who logs in next").toBe(0);
});

test("what two people change at once is shown to the second, and nothing of either is lost", async ({ visitor }) => {
  const [first, second] = [await (await visitor.as({ role: "RESELLER" })).newPage(), await (await visitor.as({ role: "RESELLER" })).newPage()];
  const id = await newOrganization();
  const [theirs, mine] = [`Theirs ${id}`, `Mine ${id}`];
  for (const page of [first, second]) await page.goto(`/reseller/${id}?tab=2`);
  await first.getByLabel("Name").fill(theirs);
  await first.getByLabel("Phone").fill("+31 20 123 4567");
  await first.getByRole("button", { name: "Save" }).click();
  await expect(first.getByRole("status")).toHaveText("Saved.");

  await second.getByLabel("Name").fill(mine);
  await second.getByRole("button", { name: "Save" }).click();
  await expect(second.getByRole("alert")).toContainText(theirs);
  await expect(second.getByLabel("Name")).toHaveValue(mine);
  await isAccessible(second, "with a conflict");
  expect((await onRecord(id)).name).toBe(theirs);
  await second.getByRole("button", { name: "Save" }).click();
  await expect(second.getByRole("status")).toHaveText("Saved.");
  expect(await onRecord(id)).toMatchObject({ name: mine, phone: "+31 20 123 4567" });
});

test("a session that ends in the middle of a form loses nothing that was typed @deployed", async ({ visitor }) => {
  const context = await visitor.as({ role: "RESELLER" });
  const page = await context.newPage();
  const name = newName();
  await fillNew(page, name);
  await context.clearCookies({ name: "__Host-session" });
  await page.getByRole("button", { name: "Create organization" }).click();
  await expect(page.getByText("Your session has ended.")).toBeVisible();

  const { email, password } = person(reseller, "RESELLER");
  await page.getByLabel("Reseller").fill(reseller.short_name);
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password").fill("Another horse 7");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await isAccessible(page, "after a wrong password");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You are logged in again");
  await isAccessible(page, "before going on");
  await expect(page.getByRole("definition").first()).toHaveText(name);
  await page.getByRole("button", { name: "Go on with it" }).click();
  await expect(page.getByRole("status")).toContainText("was created");
  expect(await withName(name)).toHaveLength(1);
});

test("what is wrong in a form is summed up, linked and said beside each field", async ({ visitor }) => {
  const page = await (await visitor.as({ role: "RESELLER" })).newPage();
  await page.goto("/reseller/new");
  await page.getByLabel("Email address").fill("a@b");
  await page.getByLabel("Phone").fill("12");
  await page.getByRole("button", { name: "Create organization" }).click();
  const summary = page.getByRole("alert");
  await expect(summary).toBeFocused();
  await expect(summary.getByRole("link")).toHaveCount(3);
  await expect(page.getByLabel("Email address")).toHaveValue("a@b");
  for (const label of ["Name", "Email address", "Phone"]) {
    const link = summary.getByRole("link", { name: label });
    await link.click();
    await expect(page.getByLabel(label)).toBeFocused();
    const described = (await page.getByLabel(label).getAttribute("aria-describedby")) ?? "";
    const beside = described.split(" ").map((id) => page.locator(`#${id}.fault`).allInnerTexts());
    expect((await Promise.all(beside)).flat()).toEqual([`${await link.innerText()}.`]);
    await expect(page.getByLabel(label)).toHaveAttribute("aria-invalid", "true");
  }
});

test("a secret can be copied where there is script", async ({ visitor }) => {
  const context = await visitor.as({ role: "RESELLER" });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  await page.goto(`/reseller/${await newOrganization()}/tokens/new`);
  await page.getByLabel("Name").fill("Copied");
  await page.getByRole("button", { name: "Create token" }).click();
  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByRole("status")).toHaveText("Copied.");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await page.locator("#secret").innerText());
});

test("all of it works without script", async ({ visitor }) => {
  const context = await visitor.as({ role: "RESELLER", script: false });
  const page = await context.newPage();
  const name = newName();
  await fillNew(page, name);
  await page.getByRole("button", { name: "Create organization" }).click();
  await page.getByRole("link", { name, exact: true }).click();
  const save = page.getByRole("button", { name: "Save" });
  await expect(save).toBeVisible();
  await page.getByLabel("Status").selectOption("Inactive");
  await save.click();
  await expect(page.getByRole("status")).toHaveText("Saved.");
  await expect(save).toBeVisible();

  await page.getByRole("link", { name: "Tokens", exact: true }).click();
  await page.getByRole("link", { name: "New token" }).click();
  await page.getByLabel("Name").fill("Without script");
  await page.getByLabel("2 years").check();
  await page.getByRole("button", { name: "Create token" }).click();
  await expect(page.locator("#secret")).toHaveText(/^sk_customer_/);
  await expect(page.getByRole("button", { name: "Copy" })).toBeHidden();
  await page.getByRole("link", { name: "I have copied it" }).click();
  await page.getByRole("link", { name: "Delete Without script" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page.getByRole("status")).toHaveText("The token was deleted.");

  await page.getByRole("link", { name: "Organizations" }).first().click();
  await page.getByLabel("Search").fill(EMAIL);
  await page.getByLabel("Status").selectOption("Inactive");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("checkbox", { name: `Select ${name}` }).check();
  await page.getByRole("button", { name: "Delete selected" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: name })).toBeVisible();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page.getByRole("status")).toHaveText("1 organization was deleted.");
  expect(await withName(name)).toEqual([]);

  await page.setViewportSize({ width: 390, height: 800 });
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("button", { name: "Log out" }).isVisible();
});
