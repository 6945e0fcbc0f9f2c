// What the template must say after every change of the stack, because it is what is deployed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { App } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { resources, templates, workspace, type Resource } from "./deployment.ts";
import { FirewallStack } from "../lib/front.ts";
import { readOptions } from "../lib/options.ts";
import type { Workspace } from "../lib/workspace.ts";

const routed = new Set(workspace.routes.map((route) => route.function));
const standard = templates();
const names = workspace.functions.map(({ name }) => name);
const mailSender = "no-reply@example.com";
const certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/0";

/** The name of a function without that of the deployment. */
function shortName(functionName: string): string {
  return functionName.replace(/^clientele-/, "");
}

/** The logical id that a `Ref` or `Fn::GetAtt` names. */
function named(value: any): string {
  return value.Ref ?? value["Fn::GetAtt"][0];
}

test("every binary is a function in the stack of its package, and has permissions; nothing else is and has", () => {
  const functions = [...standard.apis].flatMap(([api, one]) =>
    resources([one], "AWS::Lambda::Function").map(([, { Properties }]) => ({ name: shortName(Properties["FunctionName"]), api })),
  );
  assert.deepEqual(functions.sort((one, other) => (one.name < other.name ? -1 : 1)), [...workspace.functions]);
  assert.deepEqual(resources([standard.base], "AWS::Lambda::Function"), []);
  assert.deepEqual(Object.keys(workspace.permissions).sort(), names);
});

test("with three times the functions and routes, every stack is far from CloudFormation's 500 resources", () => {
  const copies = ["", "-second", "-third"];
  const threefold: Workspace = {
    ...workspace,
    functions: copies.flatMap((copy) => workspace.functions.map(({ name, api }) => ({ name: name + copy, api }))),
    routes: copies.flatMap((copy) =>
      workspace.routes.map((route) => ({ ...route, path: route.path.replace(/^\/\w*/, `$&${copy}`), function: route.function + copy })),
    ),
    permissions: Object.fromEntries(
      copies.flatMap((copy) => Object.entries(workspace.permissions).map(([name, permissions]) => [name + copy, permissions])),
    ),
  };
  const large = templates({ domain: "api.example.com", certificate, alarmTopic: "arn:aws:sns:eu-west-1:123456789012:wake-me" }, threefold);
  assert.equal(resources(large.all, "AWS::Lambda::Function").length, 3 * workspace.functions.length);
  assert.equal(resources(large.all, "AWS::ApiGatewayV2::Route").length, 3 * workspace.routes.length);
  for (const [name, one] of [["base", large.base] as const, ...large.apis]) {
    const count = Object.keys(one.toJSON()["Resources"]).length;
    assert.ok(count < 450, `${name} has ${count} resources`);
  }
});

test("the route keys are those of the route table, greedy where it has a slash at the end", () => {
  const keys = resources(standard.all, "AWS::ApiGatewayV2::Route").map(([, one]) => one.Properties["RouteKey"]);
  const expected = workspace.routes.map((route) => `${route.method} ${route.path.replace(/(?<=.)\/$/, "/{proxy+}")}`);
  assert.deepEqual(keys.sort(), expected.sort());
  for (const key of ["GET /api/v3/reseller/customer/{id}/{proxy+}", "PUT /api/v01/customers", "GET /"]) assert.ok(keys.includes(key), key);
  // Such a key would take everything that has no route.
  assert.ok(!keys.includes("GET /{proxy+}"));
});

test("the routes are no more than an HTTP API takes unless AWS is asked for more", () => {
  const { length } = resources(standard.all, "AWS::ApiGatewayV2::Route");
  assert.ok(length <= 300, `${length} routes`);
});

test("links begin with the address at which people reach the deployment", () => {
  const front = { contentNetwork: "true", certificate: "arn:aws:acm:us-east-1:123456789012:certificate/0" };
  const expected: [Record<string, string>, RegExp][] = [
    [{}, /^\{"Fn::GetAtt":\["Api[0-9A-F]+","ApiEndpoint"\]\}$/],
    [{ domain: "api.example.com", certificate }, /^https:\/\/api\.example\.com$/],
    [{ contentNetwork: "true" }, /^https:\/\/\{"Fn::GetAtt":\["FrontDistribution[0-9A-F]+","DomainName"\]\}$/],
    [{ ...front, domain: "api.example.com" }, /^https:\/\/api\.example\.com$/],
  ];
  for (const [options, form] of expected) {
    const { base, apis } = templates(options);
    const nested = resources([base], "AWS::CloudFormation::Stack");
    for (const [api, one] of apis) {
      for (const [, { Properties }] of resources([one], "AWS::Lambda::Function")) {
        const origin = resolved(Properties["Environment"].Variables.PUBLIC_ORIGIN, nested.find(([id]) => id === api)?.[1].Properties["Parameters"] ?? {});
        assert.match(origin, form, `${api} ${JSON.stringify(options)}`);
      }
    }
  }
});

/** A value of a nested stack as a text, with what the outer one passes in for its parameters. */
function resolved(value: any, parameters: Record<string, any>): string {
  if (typeof value === "string") return value;
  if (value["Fn::Join"] !== undefined) return value["Fn::Join"][1].map((part: any) => resolved(part, parameters)).join("");
  const passed = parameters[value.Ref];
  return passed === undefined ? JSON.stringify(value) : resolved(passed, {});
}

test("every route leads to its function, and no route to an operator's", () => {
  const reached = new Map<string, string | undefined>();
  const invocable: (string | undefined)[] = [];
  for (const one of standard.apis.values()) {
    const functions = new Map(resources([one], "AWS::Lambda::Function").map(([id, { Properties }]) => [id, shortName(Properties["FunctionName"])]));
    const integrations = new Map(
      resources([one], "AWS::ApiGatewayV2::Integration").map(([id, { Properties }]) => {
        assert.equal(Properties["PayloadFormatVersion"], "2.0");
        return [id, functions.get(named(Properties["IntegrationUri"]))];
      }),
    );
    for (const [, { Properties }] of resources([one], "AWS::ApiGatewayV2::Route")) {
      reached.set(Properties["RouteKey"], integrations.get(named(Properties["Target"]["Fn::Join"][1][1])));
    }
    for (const [, { Properties }] of resources([one], "AWS::Lambda::Permission")) {
      // Another test looks at what is invoked once a day.
      if (Properties["Principal"] === "events.amazonaws.com") continue;
      assert.equal(Properties["Principal"], "apigateway.amazonaws.com");
      assert.match(JSON.stringify(Properties["SourceArn"]), /:execute-api:.*\{"Ref":"Api[0-9A-F]+"\},"\/\*\/\*"/);
      invocable.push(functions.get(named(Properties["FunctionName"])));
    }
  }
  for (const route of workspace.routes) {
    const key = `${route.method} ${route.path.replace(/(?<=.)\/$/, "/{proxy+}")}`;
    assert.equal(reached.get(key), route.function, key);
  }
  assert.deepEqual(invocable.sort(), [...routed].sort(), "one permission for each routed function");
});

test("functions are as small and as fast as the design says", () => {
  for (const one of standard.apis.values()) one.allResourcesProperties("AWS::Lambda::Function", {
    Runtime: "provided.al2023",
    Handler: "bootstrap",
    Architectures: ["arm64"],
    // Another test looks at the functions that have more.
    MemorySize: Match.anyValue(),
    Timeout: 15,
    Environment: {
      Variables: {
        TABLE_NAME: Match.anyValue(),
        LOG_LEVEL: "info",
        PUBLIC_ORIGIN: Match.anyValue(),
        KEY_UNITS_PER_MINUTE: "60000",
        KEY_REQUESTS_PER_MINUTE: "none",
        RESELLER_UNITS_PER_MINUTE: "180000",
        SOURCE_UNITS_PER_MINUTE: "6000",
      },
    },
  });
});

test("the table has the key and the indexes that the code expects, and survives", () => {
  const [[, table]] = resources([standard.base], "AWS::DynamoDB::GlobalTable") as [[string, any]];
  const { partition_key, sort_key, indexes, time_to_live } = workspace.table;
  const key = (sort: string) => [{ AttributeName: partition_key, KeyType: "HASH" }, { AttributeName: sort, KeyType: "RANGE" }];
  assert.deepEqual(table.Properties.KeySchema, key(sort_key));
  assert.equal(indexes.length, 5);
  assert.deepEqual(
    table.Properties.LocalSecondaryIndexes,
    indexes.map((index) => ({ IndexName: index, KeySchema: key(index), Projection: { ProjectionType: "ALL" } })),
  );
  assert.equal(table.Properties.BillingMode, "PAY_PER_REQUEST");
  assert.deepEqual(table.Properties.TimeToLiveSpecification, { AttributeName: time_to_live, Enabled: true });
  const [replica] = table.Properties.Replicas;
  assert.deepEqual(replica.PointInTimeRecoverySpecification, { PointInTimeRecoveryEnabled: true });
  assert.equal(replica.DeletionProtectionEnabled, true);
  assert.equal(table.DeletionPolicy, "Retain");
  assert.equal(table.UpdateReplacePolicy, "Retain");
});

/** The statements of a role. */
function statements(role: Resource): any[] {
  return role.Properties["Policies"].flatMap((policy: any) => policy.PolicyDocument.Statement);
}

test("a role may do what its function's permissions say, on this table and in these partitions, and write its API's log", () => {
  const allowed: Record<string, Record<string, string[]>> = {};
  for (const one of standard.apis.values()) {
    const roles = new Map(resources([one], "AWS::IAM::Role"));
    const functions = resources([one], "AWS::Lambda::Function");
    assert.equal(new Set(functions.map(([, { Properties }]) => named(Properties["Role"]))).size, functions.length, "each has its own");
    assert.equal(roles.size, functions.length);
    for (const [, { Properties }] of functions) {
      const role = roles.get(named(Properties["Role"]))!;
      assert.equal(role.Properties["ManagedPolicyArns"], undefined);
      // IAM takes no more than this for all inline policies of a role together.
      assert.ok(JSON.stringify(role.Properties["Policies"]).length < 10_240);
      const [log, ...onTable] = statements(role);
      assert.deepEqual(log.Action, ["logs:CreateLogStream", "logs:PutLogEvents"]);
      assert.match(JSON.stringify(log.Resource), /^\{"Fn::GetAtt":\["log[0-9A-F]+","Arn"\]\}$/);
      const permissions: Record<string, string[]> = {};
      for (const statement of onTable) {
        assert.equal(statement.Effect, "Allow");
        const resource = JSON.stringify(statement.Resource);
        assert.match(resource, /"Fn::GetAtt":\["Table[0-9A-F]+","Arn"\]/);
        const index = /\/index\/(\w+)"/.exec(resource)?.[1];
        const partitionKeys = [statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]].flat();
        assert.deepEqual(statement.Condition["Null"], { "dynamodb:LeadingKeys": "false" });
        permissions[[statement.Action.replace("dynamodb:", ""), index].filter(Boolean).join(" ")] = partitionKeys;
      }
      allowed[shortName(Properties["FunctionName"])] = permissions;
    }
  }
  assert.deepEqual(allowed, workspace.permissions);
  assert.deepEqual(resources(standard.all, "AWS::IAM::Policy"), []);
});

test("logs end, each API has its own, and so has the gateway, with the ids by which both name a request", () => {
  const groups = resources(standard.all, "AWS::Logs::LogGroup");
  assert.equal(groups.length, standard.apis.size + 1);
  for (const [, group] of groups) assert.equal(group.Properties["RetentionInDays"], 30);
  for (const [, one] of resources(standard.all, "AWS::Lambda::Function")) assert.match(named(one.Properties["LoggingConfig"].LogGroup), /^log/);
  standard.base.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
    StageName: "$default",
    AutoDeploy: true,
    AccessLogSettings: {
      DestinationArn: Match.anyValue(),
      Format: Match.serializedJson(
        Match.objectLike({ requestId: "$context.requestId", functionRequestId: "$context.integration.requestId" }),
      ),
    },
    DefaultRouteSettings: { ThrottlingRateLimit: 5_000, ThrottlingBurstLimit: 2_500 },
  });
});

test("nothing costs money while nobody calls", () => {
  // These types are billed per request, per GB stored, or not at all. Before you add a type, look up what it costs by the hour.
  const free = new Set([
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudFormation::Stack",
    "AWS::DynamoDB::GlobalTable",
    // One invokes a function thirty times a month, which costs about a cent in a hundred years; another one, with mail, 8,640 times,
    // which costs less than a cent a month.
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    // Reading the stream and filtering it cost nothing, only the invocations.
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
  ]);
  const withAll = templates({ domain: "api.example.com", certificate, cors: "https://portal.example.com", mailSender });
  for (const one of [...standard.all, ...withAll.all]) {
    const types = new Set(Object.values(one.toJSON()["Resources"] as Record<string, { Type: string }>).map(({ Type }) => Type));
    assert.deepEqual([...types].filter((type) => !free.has(type)), []);
  }
  for (const [, one] of resources(standard.all, "AWS::Lambda::Function")) {
    assert.equal(one.Properties["ReservedConcurrentExecutions"], undefined);
  }
});

test("what deleted customers left is erased once a day", () => {
  const { all } = templates({});
  const rules = resources(all, "AWS::Events::Rule").map(([, { Properties }]) => Properties);
  assert.equal(rules.length, 1);
  assert.equal(rules[0]?.["ScheduleExpression"], "rate(1 day)");
  const [target] = rules[0]?.["Targets"] as [{ Arn: { "Fn::GetAtt": [string] }; Input: string }];
  assert.match(target.Arn["Fn::GetAtt"][0], /erasedeleted/);
  assert.equal(target.Input, "{}");
  const permissions = resources(all, "AWS::Lambda::Permission").map(([, { Properties }]) => Properties);
  const given = permissions.filter((one) => one["Principal"] === "events.amazonaws.com");
  assert.deepEqual(given.map((one) => one["FunctionName"]["Fn::GetAtt"][0]), [target.Arn["Fn::GetAtt"][0]]);
});

test("without a sender there is no stream, nothing invokes the function that sends mails, and no role may send", () => {
  assert.deepEqual(resources(standard.all, "AWS::Lambda::EventSourceMapping"), []);
  const text = JSON.stringify(standard.all.map((one) => one.toJSON()));
  for (const part of ["StreamSpecification", "ses:", "MAIL_SENDER", "rate(5"]) assert.ok(!text.includes(part), part);
});

test("with a sender, mails that are posted are sent at once by the stream, and what is left by a schedule", () => {
  const { base, apis, all } = templates({ mailSender });
  const [[, table]] = resources([base], "AWS::DynamoDB::GlobalTable") as [[string, Resource]];
  assert.deepEqual(table.Properties["StreamSpecification"], { StreamViewType: "KEYS_ONLY" });
  for (const [, one] of resources(all, "AWS::Lambda::Function")) {
    assert.equal(one.Properties["Environment"].Variables.MAIL_SENDER, mailSender);
  }
  const ofMail = apis.get("mail")!;
  const [[handler, mailer]] = resources([ofMail], "AWS::Lambda::Function") as [[string, Resource]];
  assert.equal(shortName(mailer.Properties["FunctionName"]), "mail-send-due");
  const mappings = resources(all, "AWS::Lambda::EventSourceMapping").map(([, { Properties }]) => Properties);
  assert.equal(mappings.length, 1);
  const [mapping] = mappings as [Record<string, any>];
  assert.equal(named(mapping["FunctionName"]), handler);
  assert.match(JSON.stringify(mapping["EventSourceArn"]), /"Fn::GetAtt":\["Table[0-9A-F]+","StreamArn"\]/);
  assert.deepEqual(
    mapping["FilterCriteria"].Filters.map((filter: { Pattern: string }) => JSON.parse(filter.Pattern)),
    [{ eventName: ["INSERT"], dynamodb: { Keys: { PK: { S: ["MAIL"] } } } }],
  );
  const rules = resources([ofMail], "AWS::Events::Rule").map(([, { Properties }]) => Properties);
  assert.deepEqual(rules.map((rule) => [rule["ScheduleExpression"], named(rule["Targets"][0].Arn)]), [["rate(5 minutes)", handler]]);
});

test("the function that sends mails may send as the sender and read the stream, and no other function may", () => {
  const { apis } = templates({ mailSender });
  for (const [api, one] of apis) {
    for (const [, role] of resources([one], "AWS::IAM::Role")) {
      const further = statements(role).slice(1).filter((statement) => statement.Condition?.["ForAllValues:StringLike"] === undefined);
      if (api !== "mail") {
        assert.deepEqual(further, []);
        continue;
      }
      const [send, read] = further;
      assert.deepEqual(send.Action, ["ses:SendEmail", "ses:SendRawEmail"]);
      const identities = send.Resource.map((arn: any) => arn["Fn::Join"][1].at(-1));
      assert.deepEqual(identities, [":identity/no-reply@example.com", ":identity/example.com"]);
      assert.deepEqual(send.Condition, { StringEquals: { "ses:FromAddress": mailSender } });
      assert.deepEqual(read.Action, ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"].map((action) => `dynamodb:${action}`));
      assert.match(JSON.stringify(read.Resource), /"StreamArn"\]\}$/);
      assert.equal(further.length, 2);
    }
  }
});

test("mails of a table that is not of the stack are looked for each minute", () => {
  const { all } = templates({ mailSender, table: "clientele-restored" });
  assert.deepEqual(resources(all, "AWS::Lambda::EventSourceMapping"), []);
  const schedules = resources(all, "AWS::Events::Rule").map(([, { Properties }]) => Properties["ScheduleExpression"]);
  assert.deepEqual(schedules.sort(), ["rate(1 day)", "rate(1 minute)"]);
  assert.ok(!JSON.stringify(all.map((one) => one.toJSON())).includes("GetShardIterator"));
});

test("quotas and concurrency are options", () => {
  const { all } = templates({ keyUnits: "1000", keyRequests: "100", resellerUnits: "none", operatorConcurrency: "2", listConcurrency: "20" });
  const concurrency = new Map<string, number | undefined>();
  for (const [, { Properties }] of resources(all, "AWS::Lambda::Function")) {
    const name = shortName(Properties["FunctionName"]);
    const { Variables: variables } = Properties["Environment"];
    assert.deepEqual(
      [variables.KEY_UNITS_PER_MINUTE, variables.KEY_REQUESTS_PER_MINUTE, variables.RESELLER_UNITS_PER_MINUTE],
      ["1000", "100", "none"],
    );
    concurrency.set(name, Properties["ReservedConcurrentExecutions"]);
  }
  const [ofOperators, others] = [names.filter((name) => name.startsWith("operator-")), names.filter((name) => !name.startsWith("operator-"))];
  for (const name of ofOperators) assert.equal(concurrency.get(name), 2, name);
  assert.deepEqual(others.filter((name) => concurrency.get(name) !== undefined), [
    "customer-list-subscriptions",
    "customer-list-tokens",
    "customer-list-transcriptions",
    "customer-list-usage",
    "licensing-list-customers",
    "licensing-list-licenses",
    "management-find-customers",
    "management-find-payment-options",
    "management-find-subscriptions",
    "reseller-list-activity",
    "reseller-list-customers",
    "reseller-list-plans",
    "reseller-list-usage",
    "user-list-users",
  ]);
  assert.equal(concurrency.get("reseller-list-customers"), 20);
});

test("each function that reads strangers' images has memory, and at most as many sandboxes, of its own, and all others have the same", () => {
  const more = { name: "portal-replace-logo", api: "portal" };
  const functions = [...workspace.functions.filter(({ name }) => name !== more.name), more];
  const { all } = templates({ logoConcurrency: "3" }, { ...workspace, functions });
  const ofLogos = new Set(["branding-replace-logo", more.name]);
  for (const [, { Properties }] of resources(all, "AWS::Lambda::Function")) {
    const name = shortName(Properties["FunctionName"]);
    const expected = ofLogos.delete(name) ? [1_769, 3] : [256, undefined];
    assert.deepEqual([Properties["MemorySize"], Properties["ReservedConcurrentExecutions"]], expected, name);
  }
  assert.deepEqual([...ofLogos], []);
});

test("a content network shares a secret with every function that has a route, and there is no domain that leads past it", () => {
  const webAcl = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b";
  const certificate = "arn:aws:acm:us-east-1:123456789012:certificate/0";
  const { base, all } = templates({ contentNetwork: "true", webAcl, domain: "api.example.com", certificate });
  assert.deepEqual(resources(all, "AWS::ApiGatewayV2::DomainName"), []);
  const [[, { Properties }]] = resources([base], "AWS::CloudFront::Distribution") as [[string, Resource]];
  const { DistributionConfig: config } = Properties as any;
  assert.deepEqual([config.Aliases, config.WebACLId], [["api.example.com"], webAcl]);
  assert.equal(config.DefaultCacheBehavior.ViewerProtocolPolicy, "https-only");
  assert.equal(config.DefaultCacheBehavior.AllowedMethods.length, 7);
  // The policies that AWS calls CachingDisabled and AllViewerExceptHostHeader: the portal needs cookies, `Sec-Fetch-Site` and `Origin` as the
  // browser sent them, and nobody may get another person's page.
  assert.equal(config.DefaultCacheBehavior.CachePolicyId, "4135ea2d-6df8-44a3-9df3-4b5a84be39ad");
  assert.equal(config.DefaultCacheBehavior.OriginRequestPolicyId, "b689b0a8-53d0-40ab-baf2-68738e2966ac");
  assert.deepEqual([config.CacheBehaviors, config.DefaultCacheBehavior.ResponseHeadersPolicyId], [undefined, undefined]);
  assert.deepEqual(
    config.CustomErrorResponses,
    [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 })),
  );
  const [origin] = config.Origins;
  assert.match(JSON.stringify(origin.DomainName), /\{"Ref":"Api[0-9A-F]+"\},"\.execute-api\./);
  const [header] = origin.OriginCustomHeaders;
  assert.equal(header.HeaderName, "x-front-secret");
  const secret = /\{\{resolve:secretsmanager:","?.*\{"Ref":"(\w+)"\}/.exec(JSON.stringify(header.HeaderValue))?.[1];
  assert.ok(secret !== undefined && base.toJSON()["Resources"][secret].Type === "AWS::SecretsManager::Secret");
  for (const [, one] of resources(all, "AWS::Lambda::Function")) {
    const name = shortName(one.Properties["FunctionName"]);
    const { FRONT_SECRET: given } = one.Properties["Environment"].Variables;
    assert.equal(given === undefined, !routed.has(name), name);
    if (given !== undefined) assert.match(JSON.stringify(given), new RegExp(secret));
  }
  const [[, { Properties: viewer }]] = resources([base], "AWS::CloudFront::Function") as [[string, Resource]];
  const handler = new Function(`${viewer["FunctionCode"]}; return handler;`)() as (event: object) => { headers: object };
  const sent = { host: { value: "api.example.com" }, "x-source-address": { value: "forged" }, "x-public-host": { value: "forged" } };
  assert.deepEqual(handler({ viewer: { ip: "2001:db8::1" }, request: { headers: sent } }).headers, {
    host: { value: "api.example.com" },
    "x-source-address": { value: "2001:db8::1" },
    "x-public-host": { value: "api.example.com" },
  });
});

test("the firewall counts requests by address, in a stack of its own", () => {
  const app = new App();
  const template = Template.fromStack(new FirewallStack(app, readOptions(() => undefined), 3_000));
  const [[, { Properties }]] = resources([template], "AWS::WAFv2::WebACL") as [[string, Resource]];
  assert.equal(Properties["Scope"], "CLOUDFRONT");
  const [rate, reputation] = Properties["Rules"];
  assert.deepEqual(rate.Statement.RateBasedStatement, { AggregateKeyType: "IP", EvaluationWindowSec: 300, Limit: 3_000 });
  assert.equal(rate.Action.Block.CustomResponse.ResponseCode, 429);
  assert.equal(reputation.Statement.ManagedRuleGroupStatement.Name, "AWSManagedRulesAmazonIpReputationList");
});

test("a restored table is served from without being owned", () => {
  const restored = templates({ table: "clientele-restored" });
  assert.deepEqual(resources(restored.all, "AWS::DynamoDB::GlobalTable"), []);
  for (const one of restored.apis.values()) {
    one.allResourcesProperties("AWS::Lambda::Function", { Environment: { Variables: { TABLE_NAME: "clientele-restored" } } });
  }
  for (const [, role] of resources(restored.all, "AWS::IAM::Role")) {
    for (const statement of statements(role).slice(1)) {
      assert.ok(JSON.stringify(statement.Resource).includes(":table/clientele-restored"), JSON.stringify(statement));
    }
  }
});

test("no stack exports what another one imports", () => {
  // CloudFormation refuses to change or remove an export that is in use: a change of the table's name could never be deployed.
  for (const one of [...standard.all, ...templates({ table: "clientele-restored" }).all]) {
    const text = JSON.stringify(one.toJSON());
    assert.ok(!text.includes('"Export"') && !text.includes("Fn::ImportValue"));
  }
});

test("alarms come with a topic that wants them", () => {
  const topic = "arn:aws:sns:eu-west-1:123456789012:wake-me";
  const alarms = resources(templates({ alarmTopic: topic }).all, "AWS::CloudWatch::Alarm");
  assert.deepEqual(alarms.map(([id]) => id.replace(/[0-9A-F]{8}$/, "")).sort(), ["FunctionThrottles", "Latency", "QuotasExceeded", "Refusals", "ServerErrors", "TableThrottles"]);
  for (const [, alarm] of alarms) {
    assert.deepEqual(alarm.Properties["AlarmActions"], [topic]);
    assert.equal(alarm.Properties["TreatMissingData"], "notBreaching");
  }
});

test("options reach the template", () => {
  const chosen = templates({
    name: "trial",
    architecture: "x86_64",
    memory: "512",
    logLevel: "debug",
    logDays: "1",
    logoMemory: "512",
    retain: "false",
    domain: "api.example.com",
    certificate,
    cors: "https://portal.example.com, http://localhost:3000",
    dynamodbEndpoint: "http://127.0.0.1:8000",
  });
  for (const one of chosen.apis.values()) {
    one.allResourcesProperties("AWS::Lambda::Function", {
      Architectures: ["x86_64"],
      MemorySize: 512,
      Environment: { Variables: { LOG_LEVEL: "debug", AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:8000" } },
    });
  }
  chosen.base.hasResource("AWS::DynamoDB::GlobalTable", {
    DeletionPolicy: "Delete",
    Properties: { TableName: "trial", Replicas: [Match.objectLike({ DeletionProtectionEnabled: false })] },
  });
  for (const one of chosen.all) one.hasResource("AWS::Logs::LogGroup", { DeletionPolicy: "Delete", Properties: { RetentionInDays: 1 } });
  chosen.base.hasResourceProperties("AWS::ApiGatewayV2::DomainName", { DomainName: "api.example.com" });
  chosen.base.hasResourceProperties("AWS::ApiGatewayV2::ApiMapping", { Stage: "$default" });
  chosen.base.hasResourceProperties("AWS::ApiGatewayV2::Api", {
    Name: "trial",
    CorsConfiguration: Match.objectLike({
      AllowOrigins: ["https://portal.example.com", "http://localhost:3000"],
      AllowHeaders: Match.arrayWith(["idempotency-key", "if-match", "if-none-match"]),
      ExposeHeaders: Match.arrayWith(["etag"]),
      // No page of another origin calls with a person's session.
      AllowCredentials: Match.absent(),
    }),
  });
});
