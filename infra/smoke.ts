// The life of a customer through all three APIs of a deployment, called as clients call them, and a person's visit of the portal. Run after
// each deployment:
//
//     npm run smoke -- --stack clientele
//
// Asks the stack for its address, and its operators' functions for keys. It revokes the keys when it ends, whether it succeeded
// or not. Their reseller is created once and called "Smoke test", and has one person, who gets a new password each time.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Browser, hidden } from "./lib/browser.ts";
import { address, call, operate, publicAddress, type Answer } from "./lib/deployed.ts";
import { readWorkspace } from "./lib/workspace.ts";

const { values: given } = parseArgs({
  options: {
    stack: { type: "string", default: "clientele" },
    // The emulated gateway answers at this address for every host, and knows no paths that end in a slash.
    emulator: { type: "string" },
    // Keep the customer, to look for it after another deployment.
    keep: { type: "boolean", default: false },
    // Expect the customer that an earlier run kept.
    expect: { type: "string" },
  },
});

const stack = given.stack;
const url = await address(stack);
const { origin } = await publicAddress(stack);
const at = given.emulator === undefined ? url : new URL(given.emulator);

/** The functions that were called. */
const called = new Set<string>();
const { routes } = readWorkspace();

/** The answer to a call, which must have this status. A new deployment may need a few attempts until it is there everywhere. */
async function expect(status: number, method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const [bare = ""] = path.split("?");
  const matching = routes.filter((route) => route.method === method && pattern(route.path).test(bare));
  const route = matching.sort((one, other) => one.path.split("{").length - other.path.split("{").length)[0];
  if (route !== undefined) called.add(route.function);
  for (let attempt = 1; ; attempt += 1) {
    const answer = await call(at, url.host, method, path, headers, body);
    if (answer.status === status) return answer;
    const passes = [404, 500, 503].includes(answer.status) && attempt < 5;
    assert.ok(passes, `${method} ${path} answered ${answer.status} and not ${status}: ${answer.body}`);
    await setTimeout(2_000);
  }
}

function pattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
}

/**
 * The result of `work`, which is repeated until it succeeds: permissions that were deployed a moment ago may take a minute to
 * apply.
 */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 12) throw error;
      await setTimeout(5_000);
    }
  }
}

/** An address at which SES delivers nothing and lets nothing bounce, in a deployment that mails links. */
const mailbox = (name: string) => `success+${name}@simulator.amazonses.com`;

/** A plan that is retired as soon as it was sold once. */
const PLAN = {
  sku: "smoke-test", description: "Of the smoke test", payment_model: "payg", billing_channel: "Scriptix", billing_cycle: "month",
  unit_price: "1", currency: "EUR",
};

interface Reseller {
  readonly reseller_id: number;
  readonly name: string;
  readonly account_ids: readonly number[];
}

/** The reseller that an earlier run has made. */
async function knownReseller(): Promise<Reseller | undefined> {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page: { resellers: Reseller[]; next_after?: number } = await operate(stack, "list-resellers", { limit: 1_000, after });
    const found = page.resellers.find(({ name }) => name === "Smoke test");
    if (found !== undefined) return found;
    after = page.next_after;
  }
  return undefined;
}

const known = await eventually(knownReseller);
const made = known ?? (await operate(stack, "provision-reseller", { name: "Smoke test" }));
const reseller_id: number = made.reseller_id;
const account: number = known?.account_ids[0] ?? made.account_id;
const issued: string[] = known === undefined ? [made.key.key_id] : [];

/** A key that expires by itself, in case it is never revoked. */
async function issue(kind: string): Promise<any> {
  const valid_until = new Date(Date.now() + 10 * 60 * 1000).toISOString();
  const key = await operate(stack, "issue-key", { reseller_id, kind, permissions: ["read", "write"], label: "smoke-test", valid_until });
  issued.push(key.key_id);
  return key;
}

try {
  await lives();
} finally {
  for (const key_id of issued) await operate(stack, "revoke-key", { reseller_id, key_id });
}

/** Calls every route. */
async function lives(): Promise<void> {
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

  const page = await expect(200, "GET", "/docs", {});
  for (const [, file = ""] of page.body.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)) {
    await expect(200, "GET", file, { "accept-encoding": "gzip" });
  }

  for (const slash of slashes) {
    await expect(200, "GET", `/api/v3/reseller/activity${slash}`, key);
    await expect(200, "GET", `/api/v3/reseller/dashboard${slash}`, key);
    const logo = `/api/v3/reseller/branding/logo${slash}`;
    await expect(201, "PUT", `/api/v3/reseller/branding${slash}`, key, JSON.stringify({ color: "#1a73e8" }));
    const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 1"><rect width="4" height="1" fill="#1a73e8"/></svg>';
    const branded = await expect(201, "PUT", logo, { ...key, "content-type": "image/svg+xml" }, drawing);
    assert.equal((await expect(200, "GET", `/api/v3/reseller/branding${slash}`, key)).body, branded.body);
    const image = await expect(200, "GET", JSON.parse(branded.body).result.logo_url, {});
    assert.equal(image.headers["content-type"], "image/png");
    await expect(204, "DELETE", logo, key);
    const email = `smoke-${Date.now()}@example.com`;
    const sent = { name: "Smoke & Söhne", email };
    const created = await expect(201, "POST", `${base}${slash}`, key, JSON.stringify(sent));
    const id: number = JSON.parse(created.body).result.id;
    const one = `${base}/${id}${slash}`;
    assert.equal((await expect(200, "GET", one, key)).body, created.body);
    const made = await expect(201, "POST", `${base}/${id}/token${slash}`, key, JSON.stringify({ name: "smoke", type: "batch" }));
    const customerToken: { id: string; key: string } = JSON.parse(made.body).result;
    const own = { "x-zoom-s2t-key": customerToken.key };
    assert.equal((await expect(200, "GET", `/api/v3/customer${slash}`, own)).body, created.body);
    assert.equal(JSON.parse((await expect(200, "GET", `/api/v3/token${slash}`, own)).body).result[0].id, customerToken.id);
    const plans = JSON.parse((await expect(200, "GET", `/api/v3/reseller/plan${slash}`, key)).body).result;
    const sku = plans.find((plan: { sku: string }) => plan.sku === "smoke-test")?.sku ?? (await operate(stack, "define-plan", PLAN)).sku;
    const sold = await expect(201, "POST", `${base}/${id}/subscription${slash}`, key, JSON.stringify({ sku }));
    const subscription = `${base}/${id}/subscription/${JSON.parse(sold.body).result.id}${slash}`;
    assert.equal((await expect(200, "GET", subscription, key)).body, sold.body);
    assert.equal(JSON.parse((await expect(200, "GET", `/api/v3/subscription${slash}`, own)).body).total_results, 1);
    const events = JSON.stringify({ events: [{ id: "smoke-1", units: 60 }] });
    const recorded = await expect(201, "POST", `/api/v3/usage${slash}`, own, events);
    assert.equal(JSON.parse(recorded.body).result[0].status, "recorded", recorded.body);
    const repeated = await expect(201, "POST", `${base}/${id}/usage${slash}`, key, events);
    assert.equal(JSON.parse(repeated.body).result[0].status, "duplicate", repeated.body);
    const invoice = await expect(200, "GET", `${base}/${id}/usage${slash}`, key);
    assert.equal(JSON.parse(invoice.body).result[0].units_used, 60, invoice.body);
    assert.equal((await expect(200, "GET", `/api/v3/usage${slash}`, own)).body, invoice.body);
    const ofAll = await expect(200, "GET", `/api/v3/reseller/usage${slash}?view=month&split_by=customer`, key);
    assert.ok(JSON.parse(ofAll.body).result.some((item: { customer_id: number }) => item.customer_id === id), ofAll.body);
    const call = JSON.stringify({ name: "smoke", language: "nl" });
    const registered = JSON.parse((await expect(201, "POST", `/api/v3/transcription${slash}`, own, call)).body).result;
    const transcription = `${base}/${id}/transcription/${registered.id}${slash}`;
    const completed = JSON.stringify({ status: "completed", duration_seconds: 30 });
    const done = await expect(201, "PUT", transcription, key, completed);
    assert.equal(JSON.parse(done.body).result.token_name, "smoke", done.body);
    assert.equal((await expect(200, "GET", `/api/v3/transcription/${registered.id}${slash}`, own)).body, done.body);
    assert.equal(JSON.parse((await expect(200, "GET", `${base}/${id}/transcription${slash}`, key)).body).total_results, 1);
    const more = await expect(200, "GET", `${base}/${id}/usage${slash}`, key);
    assert.equal(JSON.parse(more.body).result[0].units_used, 90, more.body);
    await expect(204, "DELETE", transcription, key);
    await expect(201, "PUT", subscription, key, JSON.stringify({ auto_renew: false }));
    await expect(204, "DELETE", subscription, key);
    const sales = `/api/v01/customers/${id}/subscriptions`;
    const ordered = await expect(201, "PUT", sales, user, JSON.stringify({ sku, code: "Smoke" }));
    assert.equal((await expect(200, "GET", `${sales}/*smoke`, user)).body, ordered.body);
    assert.equal(JSON.parse((await expect(200, "GET", sales, user)).body).length, 2);
    await expect(200, "POST", `${sales}/*smoke`, user, JSON.stringify({ autoRenew: false }));
    await operate(stack, "retire-plan", { sku });
    for (const users of [`${base}/${id}/user`, "/api/v3/reseller/user"]) {
      const person = JSON.stringify({ email: mailbox(`person-${Date.now()}`) });
      const invited = JSON.parse((await expect(201, "POST", `${users}${slash}`, key, person)).body).result;
      assert.ok(invited.invitation_url.startsWith(`${origin}/invitation/`), invited.invitation_url);
      const one = `${users}/${invited.id}`;
      const again = await expect(201, "POST", `${one}/invitation${slash}`, key);
      assert.notEqual(JSON.parse(again.body).result.invitation_url, invited.invitation_url);
      const named = await expect(201, "PUT", `${one}${slash}`, key, JSON.stringify({ first_name: "Ann" }));
      assert.equal((await expect(200, "GET", `${one}${slash}`, key)).body, named.body);
      assert.ok((await expect(200, "GET", `${users}${slash}`, key)).body.includes('"Ann"'));
      if (users.startsWith(base)) assert.ok((await expect(200, "GET", `/api/v3/user${slash}`, own)).body.includes('"Ann"'));
      await expect(204, "DELETE", `${one}${slash}`, key);
    }
    await expect(204, "DELETE", `${base}/${id}/token/${customerToken.id}${slash}`, key);
    await expect(401, "GET", `/api/v3/customer${slash}`, own);
    const changed = await expect(201, "PUT", one, key, JSON.stringify({ ...sent, is_active: false }));
    assert.equal(JSON.parse(changed.body).result.is_active, false, changed.body);
    const listed = await expect(200, "GET", `${base}${slash}?filter=email=${encodeURIComponent(email)}&sort=name`, key);
    assert.equal(JSON.parse(listed.body).total_results, 1, listed.body);

    const found = await expect(302, "GET", `/api/customer/${id}`, token);
    assert.equal(found.headers["location"], undefined);
    assert.equal(JSON.parse(found.body).company, "Smoke & Söhne", found.body);
    await expect(409, "POST", "/api/customer", token, `company=Twin&email=${encodeURIComponent(email)}`);
    const other = await expect(201, "POST", "/api/customer", token, `company=Other&email=other-${encodeURIComponent(email)}`);
    const otherOne = `/api/customer/${JSON.parse(other.body).customer_id}`;
    await expect(200, "PUT", otherOne, token, "firstname=Ann");
    assert.ok((await expect(200, "GET", "/api/customers", token)).body.includes('"firstname":"Ann"'));
    await expect(410, "DELETE", otherOne, token);

    const licence = async (host: string) =>
      JSON.parse((await expect(201, "POST", "/api/license", token, `customer_id=${id}&product=smoke&host=${host}`)).body);
    const [first, second] = [await licence(`first.${id}.example.com`), await licence(`second.${id}.example.com`)];
    const check = (of: { key: string; host: string }) => `/api/license/check?key=${of.key}&host=${of.host}`;
    await expect(200, "GET", check(first), {});
    await expect(302, "GET", `/api/license/${first.license_id}`, token);
    await expect(410, "DELETE", `/api/license/${first.license_id}`, token);
    assert.equal(JSON.parse((await expect(200, "GET", `/api/licenses?customer_id=${id}`, token)).body).length, 2);

    const xml = { ...user, accept: "application/xml", "content-type": "application/xml" };
    const modified = await expect(200, "POST", `/api/v01/customers/${id}`, xml, '<customer city="Den &amp; Haag"/>');
    assert.match(modified.body, new RegExp(`^<customer id="${id}" .* city="Den &amp; Haag"/>$`));
    const put = await expect(201, "PUT", "/api/v01/customers", xml, `<customer accountId="${account}" firstName="Ann" lastName="Lee"/>`);
    const third = /id="(\d+)"/.exec(put.body)?.[1];
    const matches = await expect(200, "GET", `/api/v01/customers?email=${encodeURIComponent(email)}`, user);
    assert.deepEqual(JSON.parse(matches.body).map((match: { id: number }) => match.id), [id]);

    const options = `/api/v01/customers/${id}/payment-options`;
    const option = await expect(201, "PUT", options, xml, '<paymentOption type="card" token="tok_smoke" code="Smoke"/>');
    assert.equal((await expect(200, "GET", options, xml)).body, `<paymentOptions>${option.body}</paymentOptions>`);
    assert.equal((await expect(200, "GET", `${options}/*smoke`, xml)).body, option.body);
    await expect(200, "POST", `${options}/*smoke`, xml, '<paymentOption brand="Visa"/>');
    await expect(403, "POST", `${options}/*smoke`, xml, '<paymentOption brand="4111 1111 1111 1111"/>');

    await expect(401, "GET", one, {});
    await expect(204, "DELETE", one, key);
    await expect(204, "DELETE", `${base}/${third}${slash}`, key);
    await expect(404, "GET", `/api/v01/customers/${id}`, user);
    for (const of of [first, second]) {
      assert.deepEqual(JSON.parse((await expect(403, "GET", check(of), {})).body), { valid: false, reason: "revoked" });
    }
    console.log(`a life with ${slash === "" ? "no slash" : "a slash"} at the end: customer ${id}, all three APIs, its licences revoked with it`);
  }
  await visit();
  assert.deepEqual([...new Set(routes.map((route) => route.function))].filter((name) => !called.has(name)), [], "not called");

  if (given.keep) {
    const body = JSON.stringify({ name: "Kept", email: "kept@example.com" });
    console.log(`kept ${JSON.parse((await expect(201, "POST", base, key, body)).body).result.id}`);
  }
}

/** A person of the reseller follows a link, works a little, and leaves. */
async function visit(): Promise<void> {
  const email = mailbox("smoke-test");
  const invited = await operate(stack, "invite-user", { reseller_id, email, first_name: "Sam" });
  assert.ok(invited.invitation_url.startsWith(`${origin}/invitation/`), invited.invitation_url);
  const link = new URL(invited.invitation_url).pathname;
  const browser = new Browser(expect);
  const page = await browser.get(200, link);
  assert.match(page.headers["strict-transport-security"] as string, /^max-age=\d{7,}$/);
  assert.equal(page.headers["referrer-policy"], "no-referrer");
  const files = [...page.body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file = ""]) => file);
  assert.equal(files.length, 4);
  for (const file of files) await expect(200, "GET", file, { "accept-encoding": "gzip" });

  const password = `Smoke 1 ${randomUUID()}`;
  const begun = await browser.submit(303, link, { password });
  assert.ok(browser.has("__Host-session"));
  const start = begun.headers["location"] as string;
  await browser.copy().get(404, link);
  await browser.get(303, "/");
  assert.ok(start.startsWith("/reseller"), start);

  const name = `Visited ${Date.now()}`;
  assert.ok(!(await browser.get(200, "/reseller")).body.includes(name));
  const form = await browser.get(200, "/reseller/new");
  const typed = { form_key: hidden(form, "form_key"), name, email: "visited@example.com" };
  await browser.submit(403, "/reseller/new", typed, { "sec-fetch-site": "cross-site", origin: "https://elsewhere.example" });
  await browser.submit(422, "/reseller/new", { ...typed, email: "" });
  // Sent twice, it is one organization. An old browser says only which origin its page is of.
  const [first, second] = [await browser.submit(303, "/reseller/new", typed, { origin }), await browser.submit(303, "/reseller/new", typed)];
  assert.equal(first.headers["location"], second.headers["location"]);
  const list = await browser.get(200, first.headers["location"] as string);
  assert.equal(list.body.split(`>${name}<`).length, 2, list.body);
  const id = new URL(first.headers["location"] as string, origin).searchParams.get("new") ?? "";
  await browser.get(200, `/reseller/${id}?tab=2`);
  assert.match((await browser.get(200, `/reseller/delete?id=${id}`)).body, new RegExp(name));
  await browser.submit(303, "/reseller/delete", { id });
  assert.ok(!(await browser.get(200, "/reseller?sort=id&direction=desc")).body.includes(name));

  const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 1"><rect width="4" height="1"/></svg>';
  await browser.upload(422, "/profile/logo", "logo", "image/svg+xml", "no image");
  await browser.upload(303, "/profile/logo", "logo", "image/svg+xml", drawing);
  assert.match((await browser.get(200, "/profile")).body, /src="\/branding\//);
  await browser.submit(303, "/profile/logo/delete", {});

  const copied = browser.copy();
  await browser.submit(303, "/logout", {});
  assert.ok(!browser.has("__Host-session"));
  // The session has ended, and not only its cookie.
  assert.match((await copied.get(303, "/reseller")).headers["location"] as string, /^\/login/);
  const shortName = `/login/reseller-${reseller_id}`;
  await browser.get(200, shortName);
  await browser.submit(422, shortName, { email, password: "Wrong 1 password" });
  await browser.submit(303, shortName, { email, password });
  await browser.get(200, "/reseller");
  await browser.submit(303, "/logout", {});
  console.log(`a visit of the portal: a link, a password, the organization ${id} made and deleted, a login, two logouts`);
}
