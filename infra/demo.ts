// Demo data in a deployment, as `cargo dev` makes it: two resellers with keys in every state, and people who can log in. Prints its
// `demo.json`, for the tests that call a running product:
//
//     node --import tsx demo.ts clientele http://127.0.0.1:4566
//
// For emulators only: the second argument is the address at which the emulated gateway answers for every host.
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { address, call, operate } from "./lib/deployed.ts";

const [stack = "clientele", emulator = ""] = process.argv.slice(2);
const { host } = await address(stack);

const plan = { description: "100 hours of speech a month", payment_model: "bundle", billing_channel: "Scriptix", billing_cycle: "month" };
const { sku } = await operate(stack, "define-plan", {
  ...plan, sku: "voice-100", price: "49.00", included_units: 360_000, unit_price: "0.60", currency: "EUR",
});

/** Invites somebody, and sets a password with the link. */
async function person(role: string, reseller_id: number, customer_id: number | undefined, email: string) {
  const { invitation_url } = await operate(stack, "invite-user", { reseller_id, customer_id, email });
  const password = `Demo1${randomBytes(9).toString("hex")}`;
  const headers = { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" };
  const set = await call(new URL(emulator), host, "POST", new URL(invitation_url).pathname, headers, `password=${password}`);
  if (set.status !== 303) throw new Error(`the password of ${email} was answered ${set.status}: ${set.body}`);
  return { role, email, password };
}

const resellers = [];
for (const name of ["Northwind Resale", "Harbour Telecom"]) {
  const short_name = name.toLowerCase().replace(" ", "-");
  const { reseller_id: id, account_id, key } = await operate(stack, "provision-reseller", { name, short_name });
  const issue = (kind: string, more: object = {}) =>
    operate(stack, "issue-key", { reseller_id: id, kind, permissions: ["read", "write"], label: "demo", ...more });
  const headers = { "x-zoom-s2t-key": key.token, "content-type": "application/json" };
  const customer = JSON.stringify({ name: "Customer Name", email: "customer@example.com", phone: "+31 012 345678" });
  const created = await call(new URL(emulator), host, "POST", "/api/v3/reseller/customer", headers, customer);
  if (created.status !== 201) throw new Error(`the demo customer was answered ${created.status}: ${created.body}`);
  const customer_id = JSON.parse(created.body).result.id;
  const revoked = await issue("reseller");
  await operate(stack, "revoke-key", { reseller_id: id, key_id: revoked.key_id });
  const user = await issue("service_user");
  const without_account = await issue("service_user", { label: "demo-without-account", accounts: [] });
  resellers.push({
    id,
    name,
    short_name,
    portal_users: [
      await person("RESELLER", id, undefined, `ann@${short_name}.example`),
      await person("RESELLEE", id, customer_id, `bob@${short_name}.example`),
    ],
    account_id,
    reseller_key: key.token,
    read_only_key: (await issue("reseller", { permissions: ["read"] })).token,
    customer_key: (await issue("customer", { customer_id })).token,
    customer_id,
    expired_key: (await issue("reseller", { valid_until: new Date(Date.now() + 1_000).toISOString() })).token,
    revoked_key: revoked.token,
    licensing_token: (await issue("licensing")).token,
    management_user: user.user,
    management_password: user.password,
    management_user_without_account: without_account.user,
    management_password_without_account: without_account.password,
  });
}
// A key can't be issued with an end in the past: this waits until the last one has expired.
await setTimeout(1_000);
console.log(JSON.stringify({ base_url: emulator, host, slashes: false, plans: [sku], resellers }, null, 2));
