// Wrong options are refused with a sentence, before anything is built.
import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionError, readOptions, refuseUnknown } from "../lib/options.ts";
import { ClienteleStack } from "../lib/stack.ts";
import { App } from "aws-cdk-lib";
import { workspace } from "./deployment.ts";

const read = (context: Record<string, unknown>) => readOptions((key) => context[key]);

test("without context there is a deployment fit for production", () => {
  const options = read({});
  assert.deepEqual(
    { ...options },
    {
      name: "clientele",
      region: undefined,
      architecture: "arm64",
      code: "target/lambda",
      memory: 256,
      logoMemory: 1_769,
      logLevel: "info",
      logDays: 30,
      table: undefined,
      retain: true,
      throttleRate: 5_000,
      throttleBurst: 2_500,
      quotas: { keyUnits: "60000", keyRequests: "none", resellerUnits: "180000", sourceUnits: "6000" },
      operatorConcurrency: undefined,
      listConcurrency: undefined,
      logoConcurrency: undefined,
      domain: undefined,
      contentNetwork: false,
      webAcl: undefined,
      firewallRate: undefined,
      cors: [],
      mailSender: undefined,
      alarmTopic: undefined,
      dynamodbEndpoint: undefined,
    },
  );
  assert.deepEqual(read({ name: "", memory: "" }), options);
});

test("a wrong value is refused with a sentence that names it", () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ name: "Clientele" }, /^name must be 3 to 28 lower-case letters, .*, and is "Clientele"\.$/],
    [{ name: "ab" }, /^name /],
    [{ name: "x".repeat(29) }, /^name /],
    [{ region: "europe" }, /^region must be an AWS region such as eu-west-1, and is "europe"\.$/],
    [{ architecture: "arm" }, /^architecture must be one of arm64, x86_64, and is "arm"\.$/],
    [{ memory: "64" }, /^memory must be an integer from 128 to 10240, and is "64"\.$/],
    [{ memory: "256MB" }, /^memory /],
    [{ memory: "1e3" }, /^memory /],
    [{ logoMemory: "256" }, /^logoMemory must be an integer from 512 to 10240, and is "256"\.$/],
    [{ logoConcurrency: "0" }, /^logoConcurrency /],
    [{ logLevel: "loud" }, /^logLevel must be one of off, error, warn, info, debug, trace, and is "loud"\.$/],
    [{ logDays: "2" }, /^logDays must be one of 1, 3, 5, .*, and is "2"\.$/],
    [{ table: "x" }, /^table must be the name of a DynamoDB table, and is "x"\.$/],
    [{ retain: "yes" }, /^retain must be one of true, false, and is "yes"\.$/],
    [{ throttleRate: "0" }, /^throttleRate /],
    [{ throttleBurst: "-1" }, /^throttleBurst /],
    [{ keyUnits: "99" }, /^keyUnits must be an integer from 100 to 1000000000, or none, and is "99"\.$/],
    [{ keyRequests: "0" }, /^keyRequests must be an integer from 1 to 1000000000, or none, and is "0"\.$/],
    [{ keyRequests: "many" }, /^keyRequests /],
    [{ resellerUnits: "1.5" }, /^resellerUnits /],
    [{ sourceUnits: "-1" }, /^sourceUnits /],
    [{ operatorConcurrency: "0" }, /^operatorConcurrency must be an integer from 1 to 1000, and is "0"\.$/],
    [{ listConcurrency: "none" }, /^listConcurrency /],
    [{ domain: "api.example.com" }, /^domain and certificate go together: give both or neither\.$/],
    [{ certificate: "arn:aws:acm:eu-west-1:123456789012:certificate/x" }, /^domain and certificate go together/],
    [{ domain: "https://api.example.com", certificate: "x" }, /^domain must be a domain name/],
    [{ domain: "api.example.com", certificate: "x" }, /^certificate must be the ARN of a certificate in ACM/],
    [{ contentNetwork: "yes" }, /^contentNetwork must be one of true, false/],
    [{ webAcl: "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b" }, /^webAcl is for the content network: give contentNetwork=true too\.$/],
    [{ contentNetwork: "true", webAcl: "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/b" }, /^webAcl must be the ARN of a global web ACL/],
    [{ firewallRate: "9" }, /^firewallRate must be an integer from 10 to 2000000000, and is "9"\.$/],
    [
      { contentNetwork: "true", region: "eu-west-1", domain: "api.example.com", certificate: "arn:aws:acm:eu-west-1:123456789012:certificate/x" },
      /^certificate must be in the region us-east-1, and is in eu-west-1\.$/,
    ],
    [{ cors: "https://a.example, *" }, /^cors must be origins such as .*, and has "\*"\.$/],
    [{ cors: "https://a.example/path" }, /^cors /],
    [{ mailSender: "no-reply" }, /^mailSender must be an e-mail address such as no-reply@example\.com, and is "no-reply"\.$/],
    [{ mailSender: "Clientele <no-reply@example.com>" }, /^mailSender /],
    [{ mailSender: "no-reply@bücher.example" }, /^mailSender /],
    [{ alarmTopic: "mail" }, /^alarmTopic must be the ARN of an SNS topic, and is "mail"\.$/],
    [
      { region: "eu-west-1", alarmTopic: "arn:aws:sns:us-east-1:123456789012:x" },
      /^alarmTopic must be in the region eu-west-1, and is in us-east-1\.$/,
    ],
    [{ dynamodbEndpoint: "localhost:8000" }, /^dynamodbEndpoint must be a URL/],
  ];
  for (const [context, sentence] of wrong) {
    assert.throws(() => read(context), (error) => error instanceof OptionError && sentence.test(error.message), JSON.stringify(context));
  }
});

test("what is no option is refused, and CDK's own context is not", () => {
  refuseUnknown(["name", "retain", "aws:cdk:version-reporting", "@aws-cdk/core:x", "cli-context", "aws-cdk:enable"]);
  assert.throws(() => refuseUnknown(["retian"]), /^Error: There is no option retian; there are name, region, /);
});

test("a function that was not built is named, with the command that builds it", () => {
  const build = () => new ClienteleStack(new App(), read({ code: "nowhere" }), workspace);
  assert.throws(build, /nowhere\/\S+ has no bootstrap: run "cargo lambda build --release --arm64" first, or say with -c code=/);
});

test("a route without a binary is named", () => {
  const route = { path: "/x", method: "GET", function: "no-such-function" };
  const broken = { ...workspace, functions: [], routes: [route] };
  assert.throws(() => new ClienteleStack(new App(), read({}), broken), /The route GET \/x names no-such-function, which is no binary\./);
});
