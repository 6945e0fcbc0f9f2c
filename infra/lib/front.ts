// The content network in front of the gateway, and the firewall that it may have.
import { CfnOutput, Duration, RemovalPolicy, Stack, Validations, type App } from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import * as cloudfront from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { CfnWebACL } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";
import { FRONT_REGION, type Options } from "./options.ts";

/** Tells the functions who called, and under which host name; `Request::behind_front` reads it. It replaces what a caller sent. */
const VIEWER_REQUEST = `function handler(event) {
  var request = event.request;
  request.headers["x-source-address"] = { value: event.viewer.ip };
  request.headers["x-public-host"] = { value: request.headers.host.value };
  return request;
}`;

/** The statuses of errors that CloudFront can keep. */
const KEPT_ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/**
 * A content network that passes every request on and keeps nothing. It shares a secret with the functions, which answer only what
 * comes with it: a firewall would be of no use if there were a way around it.
 */
export class Front extends Construct {
  readonly address: string;
  /** A reference to the secret, which CloudFormation resolves. */
  readonly secret: string;

  constructor(scope: Construct, options: Options, apiEndpoint: string) {
    super(scope, "Front");
    const secret = new Secret(this, "Secret", {
      description: "Shared by the content network and the functions behind it",
      generateSecretString: { passwordLength: 40, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.secret = secret.secretValue.unsafeUnwrap();
    const { domain } = options;
    const distribution = new cloudfront.Distribution(this, "Distribution", {
      comment: options.name,
      ...(options.webAcl === undefined ? {} : { webAclId: options.webAcl }),
      ...(domain === undefined
        ? {}
        : { domainNames: [domain.name], certificate: Certificate.fromCertificateArn(this, "Certificate", domain.certificate) }),
      // CloudFront would keep errors for ten seconds, whatever its policy says of answers, and give one caller's to another.
      errorResponses: KEPT_ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      defaultBehavior: {
        origin: new HttpOrigin(apiEndpoint, {
          customHeaders: { "x-front-secret": this.secret },
          protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
        }),
        allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
        cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
        // The gateway knows itself by its own host name only.
        originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        functionAssociations: [
          {
            eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
            function: new cloudfront.Function(this, "ViewerRequest", {
              code: cloudfront.FunctionCode.fromInline(VIEWER_REQUEST),
              runtime: cloudfront.FunctionRuntime.JS_2_0,
            }),
          },
        ],
      },
    });
    this.address = `https://${distribution.distributionDomainName}`;
    if (domain !== undefined) new CfnOutput(Stack.of(this), "DomainTarget", { value: distribution.distributionDomainName });
    for (const [id, reason] of Object.entries({
      "AwsSolutions-SMG4": "The content network and the functions take it when they are deployed: it is changed by switching the network off and on.",
      "AwsSolutions-CFR1": "Resellers may be anywhere.",
      "AwsSolutions-CFR2": "The firewall is an option of its own.",
      "AwsSolutions-CFR3": "The gateway's access log has every request that comes through, without its caller's address.",
      "AwsSolutions-CFR4": "Without a domain of its own the network has the default certificate, whose protocols can't be chosen.",
    })) {
      Validations.of(this).acknowledge({ id: `AwsSolutions::${id}`, reason });
    }
  }
}

/** A firewall for the content network, in the one region in which it can be. The network gets it by the option `webAcl`. */
export class FirewallStack extends Stack {
  constructor(app: App, options: Options, requestsInFiveMinutes: number) {
    super(app, `${options.name}-firewall`, {
      description: "The firewall of Clientele's content network",
      env: { region: FRONT_REGION, account: process.env["CDK_DEFAULT_ACCOUNT"] },
    });
    const visibility = (metricName: string) => ({ cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false });
    const webAcl = new CfnWebACL(this, "Firewall", {
      scope: "CLOUDFRONT",
      defaultAction: { allow: {} },
      visibilityConfig: visibility(this.stackName),
      rules: [
        {
          name: "rate",
          priority: 0,
          statement: {
            rateBasedStatement: { aggregateKeyType: "IP", evaluationWindowSec: 300, limit: requestsInFiveMinutes },
          },
          action: { block: { customResponse: { responseCode: 429, responseHeaders: [{ name: "retry-after", value: "300" }] } } },
          visibilityConfig: visibility("rate"),
        },
        {
          name: "reputation",
          priority: 1,
          statement: { managedRuleGroupStatement: { vendorName: "AWS", name: "AWSManagedRulesAmazonIpReputationList" } },
          overrideAction: { none: {} },
          visibilityConfig: visibility("reputation"),
        },
      ],
    });
    new CfnOutput(this, "WebAcl", { value: webAcl.attrArn });
  }
}
