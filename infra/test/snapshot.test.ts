// The whole templates of a small deployment, so that a review sees every change of them in the diff of a file. The deployment has
// one routed function and one of the operators; all others get the same. `UPDATE=1 npm test` writes the file anew.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { templates, workspace } from "./deployment.ts";

const SNAPSHOT = fileURLToPath(new URL("template.snapshot.json", import.meta.url));
const SHOWN = ["operator-issue-key", "reseller-get-customer"];

test("the templates are those in the snapshot", () => {
  const { base, apis } = templates({}, {
    ...workspace,
    functions: workspace.functions.filter(({ name }) => SHOWN.includes(name)),
    routes: workspace.routes.filter((route) => SHOWN.includes(route.function)),
  });
  const shown = { base: base.toJSON(), ...Object.fromEntries([...apis].map(([api, template]) => [api, template.toJSON()])) };
  // Assets are named by the hashes of the binaries, which are placeholders here.
  const text = JSON.stringify(shown, null, 1).replace(/[0-9a-f]{64}\.(zip|json)/g, "<hash>.$1") + "\n";
  if (process.env["UPDATE"] === "1") writeFileSync(SNAPSHOT, text);
  if (readFileSync(SNAPSHOT, "utf8") === text) return;
  const actual = join(mkdtempSync(join(tmpdir(), "clientele-template-")), "template.json");
  writeFileSync(actual, text);
  const diff = spawnSync("git", ["diff", "--no-index", "--unified=3", SNAPSHOT, actual]).stdout.toString();
  assert.fail(`The templates differ. If that is meant, run UPDATE=1 npm test and commit it.\n${diff}`);
});
