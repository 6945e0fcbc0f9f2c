// What the template must say, whoever changes the stack: it is what is deployed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Match } from "aws-cdk-lib/assertions";
import { resources, template, workspace } from "./deployment.ts";

const routed = new Set(workspace.routes.map((route) => route.function));
const standard = template();

/** The name of a function without that of the deployment. */
function shortName(functionName: string): string {
  return functionName.replace(/^clientele-/, "");
}

/** The logical id that a `Ref` or `Fn::GetAtt` names. */
function named(value: any): string {
  return value.Ref ?? value["Fn::GetAtt"][0];
}

test("every binary is a function, and has permissions; nothing else is and has", () => {
  const functions = resources(standard, "AWS::Lambda::Function").map(([, one]) => shortName(one.Properties["FunctionName"]));
  assert.deepEqual(functions.sort(), [...workspace.functions]);
  assert.deepEqual(Object.keys(workspace.permissions).sort(), [...workspace.functions]);
});

test("the route keys are those of the route table, greedy where it has a slash at the end", () => {
  const keys = resources(standard, "AWS::ApiGatewayV2::Route").map(([, one]) => one.Properties["RouteKey"]);
  const expected = workspace.routes.map((route) => `${route.method} ${route.path.replace(/\/$/, "/{proxy+}")}`);
  assert.deepEqual(keys.sort(), expected.sort());
  assert.ok(keys.includes("GET /api/v3/reseller/customer/{id}/{proxy+}") && keys.includes("PUT /api/v01/customers"));
});

test("every route leads to its function, and no route to an operator's", () => {
  const functions = new Map(resources(standard, "AWS::Lambda::Function").map(([id, one]) => [id, shortName(one.Properties["FunctionName"])]));
  const integrations = new Map(
    resources(standard, "AWS::ApiGatewayV2::Integration").map(([id, one]) => {
      assert.equal(one.Properties["PayloadFormatVersion"], "2.0");
      return [id, functions.get(named(one.Properties["IntegrationUri"]))];
    }),
  );
  for (const [, route] of resources(standard, "AWS::ApiGatewayV2::Route")) {
    const target = integrations.get(named(route.Properties["Target"]["Fn::Join"][1][1]));
    const key: string = route.Properties["RouteKey"];
    const expected = workspace.routes.find((one) => `${one.method} ${one.path.replace(/\/$/, "/{proxy+}")}` === key);
    assert.equal(target, expected?.function, key);
  }
  const invocable = resources(standard, "AWS::Lambda::Permission").map(([, one]) => functions.get(named(one.Properties["FunctionName"])));
  assert.deepEqual(new Set(invocable), routed);
});

test("functions are as small and as fast as the design says", () => {
  standard.allResourcesProperties("AWS::Lambda::Function", {
    Runtime: "provided.al2023",
    Handler: "bootstrap",
    Architectures: ["arm64"],
    MemorySize: 256,
    Timeout: 15,
    Environment: { Variables: { TABLE_NAME: Match.anyValue(), LOG_LEVEL: "info" } },
  });
});

test("the table has the key and the indexes that the code expects, and survives", () => {
  const [[, table]] = resources(standard, "AWS::DynamoDB::GlobalTable") as [[string, any]];
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

test("a role may do what its function's permissions say, on this table, and write its own log", () => {
  const functions = new Map(
    resources(standard, "AWS::Lambda::Function").map(([, one]) => [named(one.Properties["Role"]), shortName(one.Properties["FunctionName"])]),
  );
  assert.equal(functions.size, workspace.functions.length, "each function has a role of its own");
  const allowed = new Map<string, string[]>();
  for (const [, policy] of resources(standard, "AWS::IAM::Policy")) {
    const roles = policy.Properties["Roles"].map((role: any) => functions.get(named(role)));
    assert.equal(roles.length, 1);
    const permissions: string[] = [];
    for (const statement of policy.Properties["PolicyDocument"].Statement) {
      assert.equal(statement.Effect, "Allow");
      for (const action of [statement.Action].flat()) {
        for (const resource of [statement.Resource].flat()) {
          const text = JSON.stringify(resource);
          if (action.startsWith("logs:")) {
            assert.match(text, /"Fn::GetAtt":\["[a-z]+logs[0-9A-F]+","Arn"\]/);
            continue;
          }
          assert.match(text, /"Fn::GetAtt":\["Table[0-9A-F]+","Arn"\]/);
          const index = /\/index\/(\w+)"/.exec(text)?.[1];
          permissions.push([action.replace("dynamodb:", ""), index].filter(Boolean).join(" "));
        }
      }
    }
    allowed.set(roles[0]!, permissions.sort());
  }
  assert.deepEqual(Object.fromEntries([...allowed].sort()), Object.fromEntries(Object.entries(workspace.permissions).map(([name, all]) => [name, [...all].sort()]).sort()));
  for (const [, role] of resources(standard, "AWS::IAM::Role")) {
    assert.equal(role.Properties["ManagedPolicyArns"], undefined);
    assert.equal(role.Properties["Policies"], undefined);
  }
  assert.ok(!JSON.stringify(resources(standard, "AWS::IAM::Policy")).includes('"*"'), "no wildcard");
});

test("logs end, each function has its own, and so has the gateway", () => {
  const groups = resources(standard, "AWS::Logs::LogGroup");
  assert.equal(groups.length, workspace.functions.length + 1);
  for (const [, group] of groups) assert.equal(group.Properties["RetentionInDays"], 30);
  standard.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
    StageName: "$default",
    AutoDeploy: true,
    AccessLogSettings: { DestinationArn: Match.anyValue(), Format: Match.stringLikeRegexp("requestId") },
    DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
  });
});

test("nothing costs money while nobody calls", () => {
  // Billed per request, per GB stored, or not at all. Whoever adds a type looks up what it costs by the hour.
  const free = new Set([
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::DynamoDB::GlobalTable",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
  ]);
  const certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/0";
  const withAll = template({ domain: "api.example.com", certificate, cors: "https://portal.example.com" });
  for (const one of [standard, withAll]) {
    const types = new Set(Object.values(one.toJSON()["Resources"] as Record<string, { Type: string }>).map(({ Type }) => Type));
    assert.deepEqual([...types].filter((type) => !free.has(type)), []);
  }
  for (const [, one] of resources(standard, "AWS::Lambda::Function")) {
    assert.equal(one.Properties["ReservedConcurrentExecutions"], undefined);
  }
});

test("a restored table is served from without being owned", () => {
  const restored = template({ table: "clientele-restored" });
  assert.deepEqual(resources(restored, "AWS::DynamoDB::GlobalTable"), []);
  restored.allResourcesProperties("AWS::Lambda::Function", { Environment: { Variables: { TABLE_NAME: "clientele-restored" } } });
  for (const [, policy] of resources(restored, "AWS::IAM::Policy")) {
    for (const statement of policy.Properties["PolicyDocument"].Statement) {
      const text = JSON.stringify(statement);
      assert.ok(text.includes("logs:") || text.includes(":table/clientele-restored"), text);
    }
  }
});

test("alarms come with a topic that wants them", () => {
  const topic = "arn:aws:sns:eu-west-1:123456789012:wake-me";
  const alarms = resources(template({ alarmTopic: topic }), "AWS::CloudWatch::Alarm");
  assert.deepEqual(alarms.map(([id]) => id.replace(/[0-9A-F]{8}$/, "")).sort(), ["FunctionThrottles", "Latency", "ServerErrors", "TableThrottles"]);
  for (const [, alarm] of alarms) {
    assert.deepEqual(alarm.Properties["AlarmActions"], [topic]);
    assert.equal(alarm.Properties["TreatMissingData"], "notBreaching");
  }
});

test("options reach the template", () => {
  const certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/0";
  const chosen = template({
    name: "trial",
    architecture: "x86_64",
    memory: "512",
    logLevel: "debug",
    logDays: "1",
    retain: "false",
    domain: "api.example.com",
    certificate,
    cors: "https://portal.example.com, http://localhost:3000",
    dynamodbEndpoint: "http://127.0.0.1:8000",
  });
  chosen.allResourcesProperties("AWS::Lambda::Function", {
    Architectures: ["x86_64"],
    MemorySize: 512,
    Environment: { Variables: { LOG_LEVEL: "debug", AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:8000" } },
  });
  chosen.hasResource("AWS::DynamoDB::GlobalTable", {
    DeletionPolicy: "Delete",
    Properties: { TableName: "trial", Replicas: [Match.objectLike({ DeletionProtectionEnabled: false })] },
  });
  chosen.hasResource("AWS::Logs::LogGroup", { DeletionPolicy: "Delete", Properties: { RetentionInDays: 1 } });
  chosen.hasResourceProperties("AWS::ApiGatewayV2::DomainName", { DomainName: "api.example.com" });
  chosen.hasResourceProperties("AWS::ApiGatewayV2::ApiMapping", { Stage: "$default" });
  chosen.hasResourceProperties("AWS::ApiGatewayV2::Api", {
    Name: "trial",
    CorsConfiguration: Match.objectLike({ AllowOrigins: ["https://portal.example.com", "http://localhost:3000"] }),
  });
});
