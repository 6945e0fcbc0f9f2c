// What the Rust workspace says about itself: its routes, its Lambda binaries, and the shape of its table. Nothing of it is
// repeated in this folder, so that a new route needs no line here apart from its permissions.
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

/** A Lambda binary. */
export interface Binary {
  readonly name: string;
  /** The API that it belongs to: the name of its package. */
  readonly api: string;
}

/**
 * What a function may do with the table: for each DynamoDB action, followed by the index if it reads one, the partition keys that
 * it may name. `*` stands for any text.
 */
export type Permissions = Readonly<Record<string, readonly string[]>>;

export interface TableShape {
  readonly partition_key: string;
  readonly sort_key: string;
  readonly time_to_live: string;
  readonly indexes: readonly string[];
}

export interface Workspace {
  readonly routes: readonly Route[];
  /** All Lambda binaries, those of operators included. */
  readonly functions: readonly Binary[];
  readonly table: TableShape;
  /** For each function, what it may do. */
  readonly permissions: Readonly<Record<string, Permissions>>;
}

/** Reads the workspace. */
export function readWorkspace(): Workspace {
  return {
    routes: routes(),
    functions: functions(),
    table: json(join(ROOT, "shared", "table.json")) as TableShape,
    permissions: json(join(ROOT, "infra", "permissions.json")) as Record<string, Permissions>,
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

/** The binaries of the packages in `functions`, ordered by name. */
function functions(): Binary[] {
  type Metadata = { packages: { name: string; manifest_path: string; targets: { name: string; kind: string[] }[] }[] };
  const output = execFileSync("cargo", ["metadata", "--no-deps", "--format-version", "1"], { cwd: ROOT, maxBuffer: 1 << 26 });
  const metadata = JSON.parse(output.toString()) as Metadata;
  return metadata.packages
    .filter((one) => relative(ROOT, one.manifest_path).startsWith("functions"))
    .flatMap((one) => one.targets.filter((target) => target.kind.includes("bin")).map((target) => ({ name: target.name, api: one.name })))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
