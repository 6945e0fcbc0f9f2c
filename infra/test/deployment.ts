// A stack as the tests look at it: with the real workspace, and placeholders for the binaries.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { readOptions } from "../lib/options.ts";
import { ClienteleStack } from "../lib/stack.ts";
import { readWorkspace, type Workspace } from "../lib/workspace.ts";

// The template must not depend on whose credentials are in the environment.
delete process.env["CDK_DEFAULT_ACCOUNT"];
delete process.env["CDK_DEFAULT_REGION"];

export const workspace: Workspace = readWorkspace();

/** A folder with a `bootstrap` for each function. */
const code = mkdtempSync(join(tmpdir(), "clientele-code-"));
for (const name of workspace.functions) {
  mkdirSync(join(code, name));
  writeFileSync(join(code, name, "bootstrap"), name);
}

/** A stack with these options. */
export function deployment(context: Record<string, string> = {}): { app: App; stack: ClienteleStack } {
  const app = new App({ analyticsReporting: false });
  const given: Record<string, string> = { region: "eu-west-1", code, ...context };
  const stack = new ClienteleStack(app, readOptions((key) => given[key]), workspace);
  return { app, stack };
}

/** The template of a stack with these options. */
export function template(context: Record<string, string> = {}): Template {
  return Template.fromStack(deployment(context).stack);
}

export interface Resource {
  readonly Type: string;
  // The properties of a template have no better type than this.
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** All resources of a type, by their logical ids. */
export function resources(of: Template, type: string): [string, Resource][] {
  return Object.entries(of.findResources(type)) as unknown as [string, Resource][];
}
