// The deployment: one HTTP API, one function per binary with a role of its own, and the table that they share.
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { CfnOutput, Duration, RemovalPolicy, Stack, Tags, Validations, type App } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import * as gateway from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import { addAlarms } from "./alarms.ts";
import { OptionError, type Options } from "./options.ts";
import { gatewayPath, routeKey } from "./routing.ts";
import { ROOT, type TableShape, type Workspace } from "./workspace.ts";

/** Below the gateway's 30 seconds; a request is answered 503 after 12. */
const FUNCTION_TIMEOUT = Duration.seconds(15);

export class ClienteleStack extends Stack {
  private readonly removal: RemovalPolicy;

  constructor(app: App, private readonly options: Options, workspace: Workspace) {
    super(app, options.name, {
      stackName: options.name,
      description: "Clientele: customer management for platforms that sell through resellers",
      env: { region: options.region ?? process.env["CDK_DEFAULT_REGION"], account: process.env["CDK_DEFAULT_ACCOUNT"] },
    });
    this.removal = options.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    Tags.of(this).add("application", options.name);
    Validations.of(this).acknowledge({
      id: "AwsSolutions::AwsSolutions-APIG4",
      reason: "Each function authenticates its callers itself: the credentials that their clients send can't change.",
    });

    const table = this.table(workspace.table);
    const functions = new Map(
      workspace.functions.map((name) => [name, this.function(name, table, workspace.permissions[name] ?? [])]),
    );
    const api = this.api(workspace, functions);
    if (options.alarmTopic !== undefined) {
      addAlarms(this, options.alarmTopic, api, table, [...functions.values()]);
    }
    new CfnOutput(this, "Endpoint", { value: api.apiEndpoint });
    new CfnOutput(this, "Url", { value: options.domain ? `https://${options.domain.name}` : api.apiEndpoint });
    new CfnOutput(this, "TableName", { value: table.tableName });
  }

  private table(shape: TableShape): dynamodb.ITableV2 {
    if (this.options.table !== undefined) return dynamodb.TableV2.fromTableName(this, "Table", this.options.table);
    const text = (name: string) => ({ name, type: dynamodb.AttributeType.STRING });
    return new dynamodb.TableV2(this, "Table", {
      tableName: this.options.name,
      partitionKey: text(shape.partition_key),
      sortKey: text(shape.sort_key),
      localSecondaryIndexes: shape.indexes.map((index) => ({ indexName: index, sortKey: text(index) })),
      timeToLiveAttribute: shape.time_to_live,
      billing: dynamodb.Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: this.options.retain,
      removalPolicy: this.removal,
    });
  }

  private function(name: string, table: dynamodb.ITableV2, permissions: readonly string[]): lambda.Function {
    const { options } = this;
    const folder = join(isAbsolute(options.code) ? "" : ROOT, options.code, name);
    if (!existsSync(join(folder, "bootstrap"))) {
      const flag = options.architecture === "arm64" ? " --arm64" : "";
      throw new OptionError(`${folder} has no bootstrap: run "cargo lambda build --release${flag}" first, or say with -c code=… where it is.`);
    }
    // Named by CloudFormation, as the access log is: a name of ours would be in the way when the stack is made again.
    const logGroup = new logs.LogGroup(this, `${name}-logs`, {
      retention: options.logDays,
      removalPolicy: this.removal,
    });
    const role = new iam.Role(this, `${name}-role`, {
      assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
      description: `What ${name} may do, and nothing else`,
    });
    role.addToPolicy(new iam.PolicyStatement({
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [logGroup.logGroupArn],
    }));
    for (const permission of permissions) {
      const [action, index] = permission.split(" ");
      role.addToPolicy(new iam.PolicyStatement({
        actions: [`dynamodb:${action}`],
        resources: [index === undefined ? table.tableArn : `${table.tableArn}/index/${index}`],
      }));
    }
    return new lambda.Function(this, name, {
      functionName: `${options.name}-${name}`,
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: options.architecture === "arm64" ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
      handler: "bootstrap",
      code: lambda.Code.fromAsset(folder),
      memorySize: options.memory,
      timeout: FUNCTION_TIMEOUT,
      role,
      logGroup,
      environment: {
        TABLE_NAME: table.tableName,
        LOG_LEVEL: options.logLevel,
        ...(options.dynamodbEndpoint === undefined ? {} : { AWS_ENDPOINT_URL_DYNAMODB: options.dynamodbEndpoint }),
      },
    });
  }

  private api(workspace: Workspace, functions: ReadonlyMap<string, lambda.Function>): gateway.HttpApi {
    const { options } = this;
    const domainName = options.domain && new gateway.DomainName(this, "Domain", {
      domainName: options.domain.name,
      certificate: Certificate.fromCertificateArn(this, "Certificate", options.domain.certificate),
    });
    const api = new gateway.HttpApi(this, "Api", {
      apiName: options.name,
      description: "The Reseller API v3, the licensing API and the Management API v01",
      createDefaultStage: false,
      ...(options.cors.length === 0 ? {} : { corsPreflight: cors(options.cors) }),
    });
    const accessLog = new logs.LogGroup(this, "AccessLog", {
      retention: options.logDays,
      removalPolicy: this.removal,
    });
    new gateway.HttpStage(this, "Stage", {
      httpApi: api,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: options.throttleRate, burstLimit: options.throttleBurst },
      accessLogSettings: { destination: new gateway.LogGroupLogDestination(accessLog), format: ACCESS_LOG },
      ...(domainName === undefined ? {} : { domainMapping: { domainName } }),
    });
    if (domainName !== undefined) {
      new CfnOutput(this, "DomainTarget", { value: domainName.regionalDomainName });
    }
    const integrations = new Map([...functions].map(([name, handler]) => [name, new HttpLambdaIntegration(name, handler)]));
    for (const route of workspace.routes) {
      const integration = integrations.get(route.function);
      if (integration === undefined) throw new OptionError(`The route ${routeKey(route)} names ${route.function}, which is no binary.`);
      api.addRoutes({ path: gatewayPath(route.path), methods: [route.method as gateway.HttpMethod], integration });
    }
    return api;
  }
}

/** One JSON object per request, without anything of the client but its address. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: "$context.requestId",
    time: "$context.requestTime",
    ip: "$context.identity.sourceIp",
    routeKey: "$context.routeKey",
    status: "$context.status",
    responseLength: "$context.responseLength",
    latencyMs: "$context.responseLatency",
    integrationError: "$context.integrationErrorMessage",
  }),
);

function cors(allowOrigins: readonly string[]): gateway.CorsPreflightOptions {
  return {
    allowOrigins: [...allowOrigins],
    allowMethods: [gateway.CorsHttpMethod.GET, gateway.CorsHttpMethod.POST, gateway.CorsHttpMethod.PUT, gateway.CorsHttpMethod.DELETE],
    allowHeaders: ["accept", "authorization", "content-type", "x-zoom-s2t-key"],
    exposeHeaders: ["link", "location", "retry-after", "x-total-count"],
    maxAge: Duration.hours(1),
  };
}
