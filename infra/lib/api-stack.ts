// The stack of one API, nested in the deployment's stack: its functions, their roles, their log, and the routes that lead to
// them.
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { Duration, NestedStack, type RemovalPolicy, type Stack } from "aws-cdk-lib";
import * as gateway from "aws-cdk-lib/aws-apigatewayv2";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import * as events from "aws-cdk-lib/aws-events";
import * as targets from "aws-cdk-lib/aws-events-targets";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { MAILER, mailStatements, sendMails } from "./mail.ts";
import { OptionError, type Options } from "./options.ts";
import { functionRole } from "./role.ts";
import { routeKey } from "./routing.ts";
import { ROOT, type Workspace } from "./workspace.ts";

/** Below the gateway's 30 seconds; a request is answered 503 after 12. */
const FUNCTION_TIMEOUT = Duration.seconds(15);

/** Whether a function reads images of strangers. It shares its memory and its CPU with no other call. */
function isOfLogos(name: string): boolean {
  return name.endsWith("-replace-logo");
}

/** The functions that nobody has to invoke. */
const DAILY = ["operator-erase-deleted"];

/** What the stacks of all APIs share. */
export interface Shared {
  readonly options: Options;
  readonly workspace: Workspace;
  readonly table: ITableV2;
  readonly httpApi: gateway.IHttpApi;
  /** Where people reach the deployment: scheme and host, with which links begin. */
  readonly publicOrigin: string;
  /** What the content network in front of the gateway sends with each request, if there is one. */
  readonly frontSecret: string | undefined;
  readonly removal: RemovalPolicy;
}

/**
 * How many requests a function serves at once, for sure and at most; undefined if it takes what all functions of the account leave.
 */
function reservedConcurrency(name: string, options: Options): number | undefined {
  if (name.startsWith("operator-")) return options.operatorConcurrency;
  if (isOfLogos(name)) return options.logoConcurrency;
  return /-(list|find)-/.test(name) ? options.listConcurrency : undefined;
}

export class ApiStack extends NestedStack {
  private readonly logGroup: logs.ILogGroup;
  /** A route is named by its key alone: when it gets another function, CloudFormation changes it and does not create it twice. */
  private readonly routes = new Construct(this, "routes");

  constructor(base: Stack, api: string, private readonly shared: Shared) {
    super(base, api, { description: `The functions of ${api}` });
    // The names of all resources that CloudFormation names in this stack begin with it.
    this.nestedStackResource?.overrideLogicalId(api.replace(/[^a-z0-9]/g, ""));
    const { options, workspace, removal } = shared;
    // CloudFormation names it, as it names the access log: a fixed name would be in use when the stack is created again.
    this.logGroup = new logs.LogGroup(this, "log", { retention: options.logDays, removalPolicy: removal });
    for (const { name } of workspace.functions.filter((one) => one.api === api)) {
      const routes = workspace.routes.filter((route) => route.function === name);
      const handler = this.function(name, routes.length > 0 && shared.frontSecret !== undefined ? { FRONT_SECRET: shared.frontSecret } : {});
      if (routes.length > 0) this.route(handler, routes.map(routeKey));
      if (DAILY.includes(name)) this.daily(handler);
      if (name === MAILER && options.mailSender !== undefined) sendMails(handler, shared.table.tableStreamArn);
    }
  }

  /** Invokes a function once a day, with an empty payload. */
  private daily(handler: lambda.Function): void {
    const rule = new events.Rule(handler, "daily", { schedule: events.Schedule.rate(Duration.days(1)) });
    // It goes on the next day where it fails.
    rule.addTarget(new targets.LambdaFunction(handler, { event: events.RuleTargetInput.fromObject({}), retryAttempts: 2 }));
  }

  private function(name: string, variables: Record<string, string>): lambda.Function {
    const { options, workspace, table } = this.shared;
    const folder = join(isAbsolute(options.code) ? "" : ROOT, options.code, name);
    if (!existsSync(join(folder, "bootstrap"))) {
      const flag = options.architecture === "arm64" ? " --arm64" : "";
      throw new OptionError(`${folder} has no bootstrap: run "cargo lambda build --release${flag}" first, or say with -c code=… where it is.`);
    }
    const sender = options.mailSender;
    const further = name === MAILER && sender !== undefined ? mailStatements(this, sender, table.tableStreamArn) : [];
    return new lambda.Function(this, name, {
      functionName: `${options.name}-${name}`,
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: options.architecture === "arm64" ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
      handler: "bootstrap",
      code: lambda.Code.fromAsset(folder),
      memorySize: isOfLogos(name) ? options.logoMemory : options.memory,
      timeout: FUNCTION_TIMEOUT,
      role: functionRole(this, name, workspace.permissions[name] ?? {}, table.tableArn, this.logGroup.logGroupArn, further),
      logGroup: this.logGroup,
      reservedConcurrentExecutions: reservedConcurrency(name, options),
      environment: {
        TABLE_NAME: table.tableName,
        LOG_LEVEL: options.logLevel,
        PUBLIC_ORIGIN: this.shared.publicOrigin,
        KEY_UNITS_PER_MINUTE: options.quotas.keyUnits,
        KEY_REQUESTS_PER_MINUTE: options.quotas.keyRequests,
        RESELLER_UNITS_PER_MINUTE: options.quotas.resellerUnits,
        SOURCE_UNITS_PER_MINUTE: options.quotas.sourceUnits,
        ...(sender === undefined ? {} : { MAIL_SENDER: sender }),
        ...variables,
        ...(options.dynamodbEndpoint === undefined ? {} : { AWS_ENDPOINT_URL_DYNAMODB: options.dynamodbEndpoint }),
      },
    });
  }

  /**
   * Leads these route keys to a function. The CDK's own routes would add a permission for each of them; one permission is enough
   * for all.
   */
  private route(handler: lambda.Function, routeKeys: readonly string[]): void {
    const { apiId } = this.shared.httpApi;
    handler.addPermission("gateway", {
      principal: new iam.ServicePrincipal("apigateway.amazonaws.com"),
      sourceArn: this.formatArn({ service: "execute-api", resource: apiId, resourceName: "*/*" }),
    });
    const integration = new gateway.CfnIntegration(handler, "integration", {
      apiId,
      integrationType: "AWS_PROXY",
      integrationUri: handler.functionArn,
      payloadFormatVersion: "2.0",
    });
    for (const key of routeKeys) {
      new gateway.CfnRoute(this.routes, key, { apiId, routeKey: key, authorizationType: "NONE", target: `integrations/${integration.ref}` });
    }
  }
}
