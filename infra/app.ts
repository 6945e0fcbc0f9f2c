// The entry of the CDK app: one stack, or two with the firewall, as the context says.
import { App } from "aws-cdk-lib";
import { FirewallStack } from "./lib/front.ts";
import { ClienteleStack } from "./lib/stack.ts";
import { OptionError, readOptions, refuseUnknown } from "./lib/options.ts";
import { readWorkspace } from "./lib/workspace.ts";

try {
  const app = new App();
  refuseUnknown(Object.keys(app.node.getAllContext()));
  const options = readOptions((key) => app.node.tryGetContext(key));
  new ClienteleStack(app, options, readWorkspace());
  if (options.firewallRate !== undefined) new FirewallStack(app, options, options.firewallRate);
} catch (error) {
  if (!(error instanceof OptionError)) throw error;
  // For a wrong option, print its sentence and no stack trace.
  console.error(error.message);
  process.exitCode = 1;
}
