// What the Rust workspace says of itself: its routes, its Lambda binaries, and the shape of its table. Nothing of it is repeated
// here, so that adding a route needs no line in this folder, apart from its permissions.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "smol-toml";

/** The folder of the workspace. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export interface Route {
  readonly path: string;
  readonly method: string;
  readonly function: string;
}

export interface TableShape {
  readonly partition_key: string;
  readonly sort_key: string;
  readonly time_to_live: string;
  readonly indexes: readonly string[];
}

export interface Workspace {
  readonly routes: readonly Route[];
  /** The names of all Lambda binaries, those of operators included. */
  readonly functions: readonly string[];
  readonly table: TableShape;
  /** For each function its DynamoDB actions; an action on an index has the index behind it. */
  readonly permissions: Readonly<Record<string, readonly string[]>>;
}

/** Reads the workspace. */
export function readWorkspace(): Workspace {
  return {
    routes: routes(),
    functions: functions(),
    table: json(join(ROOT, "shared", "table.json")) as TableShape,
    permissions: json(join(ROOT, "infra", "permissions.json")) as Record<string, string[]>,
  };
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** The route table of the root manifest. */
function routes(): Route[] {
  type Manifest = { workspace: { metadata: { lambda: { watch: { router: Record<string, Omit<Route, "path">[]> } } } } };
  const manifest = parse(readFileSync(join(ROOT, "Cargo.toml"), "utf8")) as unknown as Manifest;
  const router = manifest.workspace.metadata.lambda.watch.router;
  return Object.entries(router).flatMap(([path, entries]) => entries.map((entry) => ({ path, ...entry })));
}

/** The binaries of the packages in `functions`. */
function functions(): string[] {
  type Metadata = { packages: { manifest_path: string; targets: { name: string; kind: string[] }[] }[] };
  const output = execFileSync("cargo", ["metadata", "--no-deps", "--format-version", "1"], { cwd: ROOT, maxBuffer: 1 << 26 });
  const metadata = JSON.parse(output.toString()) as Metadata;
  return metadata.packages
    .filter((one) => relative(ROOT, one.manifest_path).startsWith("functions"))
    .flatMap((one) => one.targets.filter((target) => target.kind.includes("bin")).map((target) => target.name))
    .sort();
}
