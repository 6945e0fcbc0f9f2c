// Permissions that no role may have, whatever its function needs. IAM knows partitions, and not the rows in them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { workspace } from "./deployment.ts";

const { permissions } = workspace;
const routed = [...new Set(workspace.routes.map((route) => route.function))];
const issuing = ["customer-create-token", "operator-issue-key", "operator-provision-reseller", "operator-rotate-key", "portal-submit-form"];
/** The page of the documents and the files of the portal's pages are not in the table. */
const without = ["documentation-show", "portal-show-asset"];
const limiting = ["operator-limit-key"];
const revoking = ["customer-delete-token", "operator-erase-deleted", "operator-revoke-key", "operator-revoke-keys", "portal-submit-form"];

/** The partition keys that a function may name in these actions. */
function partitionKeys(name: string, actions: RegExp): string[] {
  return Object.entries(permissions[name] ?? {}).flatMap(([action, keys]) => (actions.test(action) ? keys : []));
}

/** The functions that may write to these partitions. */
function writers(partitionKey: string): string[] {
  return Object.keys(permissions).filter((name) => partitionKeys(name, /^(Put|Update|Delete)Item$/).includes(partitionKey));
}

test("every permission is for rows of whole kinds, and no function may scan", () => {
  for (const [name, actions] of Object.entries(permissions)) {
    for (const [action, keys] of Object.entries(actions)) {
      assert.match(action, /^(BatchGetItem|Query( by_[a-z]+)?|PutItem|UpdateItem|DeleteItem|ConditionCheckItem)$/, name);
      assert.ok(keys.length > 0, `${name} ${action}`);
      for (const key of keys) assert.match(key, /^([A-Z]+#\*|COUNTERS|DELETED|MAIL|PLANS|SECRET|SYSTEM)$/, `${name} ${action}`);
      assert.deepEqual(keys, [...new Set(keys)].sort(), `${name} ${action}`);
    }
  }
});

test("only what issues, limits or revokes credentials may write them", () => {
  assert.deepEqual(writers("KEYS#*").filter((name) => ![...issuing, ...limiting, ...revoking].includes(name)), []);
});

test("only what makes or ends a secret may write it", () => {
  const allowed = ["operator-drop-secret", "operator-provision-reseller", "operator-rotate-secret"];
  assert.deepEqual(writers("SECRET").filter((name) => !allowed.includes(name)), []);
});

test("only what sends mails may read or remove them", () => {
  const others = Object.keys(permissions).filter((name) => name !== "mail-send-due");
  for (const name of others) assert.ok(!partitionKeys(name, /^(?!PutItem$)/).includes("MAIL"), name);
  // It also finds out who has forgotten a password, and makes the link.
  assert.deepEqual(permissions["mail-send-due"], {
    BatchGetItem: ["RESELLER#*", "RESERVATIONS#*", "SECRET", "SYSTEM", "USERS#*"],
    ConditionCheckItem: ["HEADERS#*"],
    DeleteItem: ["MAIL"],
    PutItem: ["ACTIVITY#*", "MAIL", "USERS#*"],
    Query: ["MAIL"],
    UpdateItem: ["MAIL"],
  });
});

test("sessions begin where people get in, end by their own forms and with what is erased, and no API has to do with them", () => {
  const theirs = ["SESSIONS#*", "TRIES#*"];
  const others = Object.keys(permissions).filter((name) => !name.startsWith("portal-"));
  for (const name of others) {
    const may = partitionKeys(name, name === "operator-erase-deleted" ? /^(Put|Update)Item$/ : /./);
    assert.deepEqual(may.filter((key) => theirs.includes(key)), [], name);
  }
  // A page that is looked at notes that its session is used, and does nothing else.
  assert.deepEqual(permissions["portal-show-page"]?.["PutItem"], ["SESSIONS#*"]);
  assert.deepEqual(partitionKeys("portal-show-page", /^(Delete|Update)Item$/), ["SPENT#*"]);
  // Who is not known yet sets a password, which a header counts, begins a session, and asks for a mail.
  const ofStrangers = partitionKeys("portal-log-in", /^(Put|Update|Delete)Item$/);
  assert.deepEqual([...new Set(ofStrangers)].sort(), ["ACTIVITY#*", "HEADERS#*", "MAIL", "SESSIONS#*", "SPENT#*", "TRIES#*", "USERS#*"]);
});

test("a routed function reads the secret, and of what is the platform's writes the counter of a create and tokens alone", () => {
  assert.ok(routed.length > 0);
  for (const name of without) assert.deepEqual(permissions[name], {});
  for (const name of routed.filter((one) => !without.includes(one))) {
    assert.ok(partitionKeys(name, /^BatchGetItem$/).includes("SECRET"), name);
    for (const theirs of ["SECRET", "SYSTEM"]) assert.ok(!writers(theirs).includes(name), `${name} may write ${theirs}`);
    const creates = /-create-(customer|payment-option|subscription|user)$|^portal-submit-form$/;
    assert.ok(!writers("COUNTERS").includes(name) || creates.test(name), `${name} may write counters`);
    // A counter goes up by an update.
    assert.ok(!partitionKeys(name, /^(Put|Delete)Item$/).includes("COUNTERS"), `${name} may put or delete a counter`);
  }
});
