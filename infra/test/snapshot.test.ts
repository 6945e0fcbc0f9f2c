// The whole template, so that a change of it is seen: in a review, as the diff of a file. `UPDATE=1 npm test` writes it anew.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { template } from "./deployment.ts";

const SNAPSHOT = fileURLToPath(new URL("template.snapshot.json", import.meta.url));

test("the template is the one in the snapshot", () => {
  // Assets are named by the hash of the binaries, which are placeholders here.
  const text = JSON.stringify(template().toJSON(), null, 1).replace(/[0-9a-f]{64}\.zip/g, "<hash>.zip") + "\n";
  if (process.env["UPDATE"] === "1") writeFileSync(SNAPSHOT, text);
  if (readFileSync(SNAPSHOT, "utf8") === text) return;
  const actual = join(mkdtempSync(join(tmpdir(), "clientele-template-")), "template.json");
  writeFileSync(actual, text);
  const diff = spawnSync("git", ["diff", "--no-index", "--unified=3", SNAPSHOT, actual]).stdout.toString();
  assert.fail(`The template differs. If that is meant, run UPDATE=1 npm test and commit it.\n${diff}`);
});
