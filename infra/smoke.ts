// A life of a customer through all three APIs of a deployment, called as its clients call it. Run after each deployment:
//
//     npm run smoke -- --stack clientele
//
// Asks the stack for its address, and its operators' functions for keys that end by themselves after ten minutes. The reseller that
// they belong to is made once and called "Smoke test".
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { address, call, operate, type Answer } from "./lib/deployed.ts";

const { values: given } = parseArgs({
  options: {
    stack: { type: "string", default: "clientele" },
    // An emulated gateway answers at this address for every host, and knows no paths that end in a slash.
    emulator: { type: "string" },
    // Keep the customer, to look for it after another deployment.
    keep: { type: "boolean", default: false },
    // Expect the customer that an earlier run kept.
    expect: { type: "string" },
  },
});

const stack = given.stack;
const url = await address(stack);
const at = given.emulator === undefined ? url : new URL(given.emulator);

async function expect(status: number, method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const answer = await call(at, url.host, method, path, headers, body);
  assert.equal(answer.status, status, `${method} ${path} answered ${answer.status}: ${answer.body}`);
  return answer;
}

const resellers = (await operate(stack, "list-resellers", {})).resellers as { reseller_id: number; name: string; account_ids: number[] }[];
const known = resellers.find((reseller) => reseller.name === "Smoke test");
const made = known ?? (await operate(stack, "provision-reseller", { name: "Smoke test" }));
const account: number = known?.account_ids[0] ?? made.account_id;
const valid_until = new Date(Date.now() + 10 * 60 * 1000).toISOString();
const issue = (kind: string) =>
  operate(stack, "issue-key", { reseller_id: made.reseller_id, kind, permissions: ["read", "write"], label: "smoke-test", valid_until });
const [ofReseller, ofLicensing, ofUser] = [await issue("reseller"), await issue("licensing"), await issue("service_user")];

const key = { "x-zoom-s2t-key": ofReseller.token as string, "content-type": "application/json" };
const token = { authorization: `Basic ${ofLicensing.token}`, "content-type": "application/x-www-form-urlencoded" };
const user = { authorization: `Basic ${Buffer.from(`${ofUser.user}:${ofUser.password}`).toString("base64")}` };
const base = "/api/v3/reseller/customer";
const slashes = given.emulator === undefined ? ["", "/"] : [""];

if (given.expect !== undefined) {
  const kept = await expect(200, "GET", `${base}/${given.expect}`, key);
  console.log(`the customer ${given.expect} is still there: ${kept.body}`);
  await expect(204, "DELETE", `${base}/${given.expect}`, key);
}

for (const slash of slashes) {
  const email = `smoke-${Date.now()}@example.com`;
  const created = await expect(201, "POST", `${base}${slash}`, key, JSON.stringify({ name: "Smoke & Söhne", email }));
  const id: number = JSON.parse(created.body).result.id;
  const one = `${base}/${id}${slash}`;
  assert.equal((await expect(200, "GET", one, key)).body, created.body);
  const listed = await expect(200, "GET", `${base}${slash}?filter=email=${encodeURIComponent(email)}&sort=name`, key);
  assert.equal(JSON.parse(listed.body).total_results, 1, listed.body);

  const found = await expect(302, "GET", `/api/customer/${id}`, token);
  assert.equal(found.headers["location"], undefined);
  assert.equal(JSON.parse(found.body).company, "Smoke & Söhne", found.body);
  await expect(409, "POST", "/api/customer", token, `company=Twin&email=${encodeURIComponent(email)}`);
  const issued = await expect(201, "POST", "/api/license", token, `customer_id=${id}&product=smoke&host=${email.replace("@", ".")}`);
  const licence = JSON.parse(issued.body);
  const check = `/api/license/check?key=${licence.key}&host=${licence.host}`;
  await expect(200, "GET", check, {});

  const xml = { ...user, accept: "application/xml", "content-type": "application/xml" };
  const modified = await expect(200, "POST", `/api/v01/customers/${id}`, xml, '<customer city="Den &amp; Haag"/>');
  assert.match(modified.body, new RegExp(`^<customer id="${id}" .* city="Den &amp; Haag"/>$`));
  await expect(422, "PUT", "/api/v01/customers", { ...user, "content-type": "application/json" }, JSON.stringify({ accountId: account }));

  await expect(401, "GET", one, {});
  await expect(204, "DELETE", one, key);
  await expect(404, "GET", `/api/v01/customers/${id}`, user);
  assert.deepEqual(JSON.parse((await expect(403, "GET", check, {})).body), { valid: false, reason: "revoked" });
  console.log(`a life with ${slash === "" ? "no slash" : "a slash"} at the end: customer ${id}, all three APIs, its licence revoked with it`);
}

if (given.keep) {
  const body = JSON.stringify({ name: "Kept", email: "kept@example.com" });
  console.log(`kept ${JSON.parse((await expect(201, "POST", base, key, body)).body).result.id}`);
}
