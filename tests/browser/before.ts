// What each run begins with: somebody of each role logs in, and the records are made that pages are about.
import { test as before } from "@playwright/test";
import { mkdirSync, writeFileSync } from "node:fs";
import { branded, call, person, reseller, type Role } from "./lib/demo.ts";
import { OUTPUT } from "./lib/output.ts";
import { EMAIL, NAME, RECORDS, stateOf, type Records } from "./lib/records.ts";
import { removeRecords } from "./lib/removal.ts";

const ROLES: Role[] = ["RESELLER", "RESELLEE"];

for (const of of [reseller, branded]) {
  for (const role of ROLES) {
    before(`a ${role} of ${of.short_name} logs in`, async ({ page }) => {
      const { email, password } = person(of, role);
      await page.goto(`/login/${of.short_name}`);
      await page.getByLabel("Email address").fill(email);
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Log in" }).click();
      await page.waitForURL(role === "RESELLER" ? "/reseller/dashboard" : "/organization");
      await page.context().storageState({ path: stateOf(of.short_name, role) });
    });
  }
}

before("the records are made", async () => {
  mkdirSync(OUTPUT, { recursive: true });
  await removeRecords();
  const make = async (name: string, email: string) =>
    String((await call(reseller, "POST", "/customer", { name, email, phone: "+31 20 123 4567" })).id);
  const [customer, maker] = [await make(NAME, EMAIL), await make("Maker", "maker@browser.example")];
  const token = await call(reseller, "POST", `/customer/${customer}/token`, { name: "Call centre", type: "realtime" });
  const subscription = await call(reseller, "POST", `/customer/${customer}/subscription`, { sku: "voice-100" });
  const transcription = await call(reseller, "POST", `/customer/${customer}/transcription`, { name: "Board meeting", language: "nl-nl" });
  const own = await call(reseller, "GET", `/customer/${reseller.customer_id}/token`);
  const invited = await call(reseller, "POST", `/customer/${customer}/user`, { email: "invited@browser.example", first_name: "Eve" });
  const made: Records = {
    reseller: reseller.short_name,
    customer,
    maker,
    busy: String(reseller.customer_id),
    token: token.id,
    last_four: token.last_four,
    subscription: String(subscription.id),
    transcription: String(transcription.id),
    own_token: own[0].id,
    link: invited.invitation_url.split("/").at(-1),
    invited: String(invited.id),
  };
  writeFileSync(RECORDS, JSON.stringify(made));
});
