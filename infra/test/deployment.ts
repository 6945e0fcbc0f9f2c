// A deployment as the tests see it: with the real workspace, and placeholders for the binaries.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { readOptions } from "../lib/options.ts";
import { ClienteleStack } from "../lib/stack.ts";
import { readWorkspace, type Workspace } from "../lib/workspace.ts";

// The template must not depend on the credentials in the environment.
delete process.env["CDK_DEFAULT_ACCOUNT"];
delete process.env["CDK_DEFAULT_REGION"];

export const workspace: Workspace = readWorkspace();

/** A folder with a `bootstrap` for each function, which is gone when the tests end. */
function placeholders({ functions }: Workspace): string {
  const code = mkdtempSync(join(tmpdir(), "clientele-code-"));
  process.on("exit", () => rmSync(code, { recursive: true, force: true }));
  for (const { name } of functions) {
    mkdirSync(join(code, name));
    writeFileSync(join(code, name, "bootstrap"), name);
  }
  return code;
}

/** A stack of this workspace with these options. */
export function deployment(context: Record<string, string> = {}, of: Workspace = workspace): { app: App; stack: ClienteleStack } {
  const app = new App({ analyticsReporting: false });
  const given: Record<string, string> = { region: "eu-west-1", code: placeholders(of), ...context };
  const stack = new ClienteleStack(app, readOptions((key) => given[key]), of);
  return { app, stack };
}

export interface Resource {
  readonly Type: string;
  // The properties of a template have no better type than this.
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** The templates of a deployment. */
export interface Templates {
  readonly base: Template;
  /**
   * The templates of the nested stacks, by their APIs. Each parameter is replaced by the value that the base stack gives for it.
   */
  readonly apis: ReadonlyMap<string, Template>;
  /** All templates. */
  readonly all: readonly Template[];
}

/** The templates of a deployment of this workspace with these options. */
export function templates(context: Record<string, string> = {}, of: Workspace = workspace): Templates {
  const { stack } = deployment(context, of);
  const base = Template.fromStack(stack);
  const nested = new Map(resources([base], "AWS::CloudFormation::Stack").map(([id, one]) => [id, one.Properties["Parameters"] ?? {}]));
  const apis = new Map(
    [...stack.apis].map(([api, one]) => {
      const parameters = nested.get(stack.resolve(one.nestedStackResource!.logicalId));
      const text = JSON.stringify(Template.fromStack(one).toJSON());
      return [api, Template.fromJSON(JSON.parse(text, (_, value) => parameters[value?.Ref] ?? value))];
    }),
  );
  return { base, apis, all: [base, ...apis.values()] };
}

/** All resources of a type, by their logical ids, which are unique within a template only. */
export function resources(of: readonly Template[], type: string): [string, Resource][] {
  return of.flatMap((one) => Object.entries(one.findResources(type))) as unknown as [string, Resource][];
}
