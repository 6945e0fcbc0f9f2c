// The deployment: the table, the HTTP API with its log, and a nested stack for each API with its functions.
import { CfnOutput, Duration, RemovalPolicy, Stack, Tags, Validations, type App } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import * as gateway from "aws-cdk-lib/aws-apigatewayv2";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as logs from "aws-cdk-lib/aws-logs";
import { addAlarms } from "./alarms.ts";
import { ApiStack } from "./api-stack.ts";
import { Front } from "./front.ts";
import { OptionError, type Options } from "./options.ts";
import { routeKey } from "./routing.ts";
import type { TableShape, Workspace } from "./workspace.ts";

export class ClienteleStack extends Stack {
  /** The nested stacks, by the names of their APIs. */
  readonly apis: ReadonlyMap<string, ApiStack>;

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
    const stray = workspace.routes.find((route) => workspace.functions.every(({ name }) => name !== route.function));
    if (stray !== undefined) throw new OptionError(`The route ${routeKey(stray)} names ${stray.function}, which is no binary.`);

    const table = this.table(workspace.table);
    const accessLog = new logs.LogGroup(this, "AccessLog", { retention: options.logDays, removalPolicy: this.removal });
    const httpApi = this.httpApi(accessLog);
    const front = options.contentNetwork
      ? new Front(this, options, `${httpApi.apiId}.execute-api.${this.region}.${this.urlSuffix}`)
      : undefined;
    const endpoint = front?.address ?? httpApi.apiEndpoint;
    const url = options.domain ? `https://${options.domain.name}` : endpoint;
    const shared = { options, workspace, table, httpApi, publicOrigin: url, frontSecret: front?.secret, removal: this.removal };
    const apis = new Set(workspace.functions.map(({ api }) => api));
    this.apis = new Map([...apis].map((api) => [api, new ApiStack(this, api, shared)]));
    if (options.alarmTopic !== undefined) addAlarms(this, options.alarmTopic, httpApi, accessLog, table, workspace.functions.length);
    new CfnOutput(this, "Endpoint", { value: endpoint });
    new CfnOutput(this, "Url", { value: url });
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
      ...(this.options.mailSender === undefined ? {} : { dynamoStream: dynamodb.StreamViewType.KEYS_ONLY }),
      billing: dynamodb.Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: this.options.retain,
      removalPolicy: this.removal,
    });
  }

  private httpApi(accessLog: logs.LogGroup): gateway.HttpApi {
    const { options } = this;
    const domain = options.contentNetwork ? undefined : options.domain;
    const domainName = domain && new gateway.DomainName(this, "Domain", {
      domainName: domain.name,
      certificate: Certificate.fromCertificateArn(this, "Certificate", domain.certificate),
    });
    const httpApi = new gateway.HttpApi(this, "Api", {
      apiName: options.name,
      description: "The Reseller API v3, the licensing API and the Management API v01",
      createDefaultStage: false,
      ...(options.cors.length === 0 ? {} : { corsPreflight: cors(options.cors) }),
    });
    new gateway.HttpStage(this, "Stage", {
      httpApi,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: options.throttleRate, burstLimit: options.throttleBurst },
      accessLogSettings: { destination: new gateway.LogGroupLogDestination(accessLog), format: ACCESS_LOG },
      ...(domainName === undefined ? {} : { domainMapping: { domainName } }),
    });
    if (domainName !== undefined) {
      new CfnOutput(this, "DomainTarget", { value: domainName.regionalDomainName });
    }
    return httpApi;
  }
}

/** One JSON object per request; of the client it contains only the address. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: "$context.requestId",
    // The request id of Lambda, which the function's log contains too.
    functionRequestId: "$context.integration.requestId",
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
    allowHeaders: ["accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-zoom-s2t-key"],
    exposeHeaders: ["etag", "link", "location", "ratelimit", "ratelimit-policy", "retry-after", "x-total-count"],
    maxAge: Duration.hours(1),
  };
}
