// The AWS Solutions rules of cdk-nag. A rule that does not hold is acknowledged in the stack, with the reason.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Validations } from "aws-cdk-lib";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import { deployment } from "./deployment.ts";

const certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/0";
const everything = { alarmTopic: "arn:aws:sns:eu-west-1:123456789012:wake-me", domain: "api.example.com", certificate };

const front = {
  domain: "api.example.com",
  certificate: "arn:aws:acm:us-east-1:123456789012:certificate/0",
  webAcl: "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b",
};

function checked(context: Record<string, string>) {
  const { app, stack } = deployment(context);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}

test("the rules hold", () => {
  const contexts: Record<string, string>[] = [
    {},
    everything,
    { retain: "false" },
    { mailSender: "no-reply@example.com" },
    { contentNetwork: "true" },
    { contentNetwork: "true", ...front },
  ];
  for (const context of contexts) {
    const { app } = checked(context);
    assert.doesNotThrow(() => app.synth(), JSON.stringify(context));
  }
});

test("what breaks a rule is noticed, in a nested stack too", (t) => {
  t.mock.method(console, "error", () => undefined);
  for (const api of [undefined, "reseller"]) {
    const { app, stack } = checked({});
    new Bucket(api === undefined ? stack : stack.apis.get(api)!, "Open");
    assert.throws(() => app.synth(), /Validation failed/, api);
  }
});
