// The role of a function: it allows what `permissions.json` says, on this table, and writing to the log of its API.
import * as iam from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Permissions } from "./workspace.ts";

/**
 * Makes the role of the function named `name`, which may also do what the `further` statements say. Its policy is inline: an
 * AWS::IAM::Policy would be one more resource.
 */
export function functionRole(
  scope: Construct,
  name: string,
  permissions: Permissions,
  tableArn: string,
  logGroupArn: string,
  further: readonly iam.PolicyStatement[] = [],
): iam.Role {
  const statements = Object.entries(permissions).map(([permission, partitionKeys]) => {
    const [action, index] = permission.split(" ");
    return new iam.PolicyStatement({
      actions: [`dynamodb:${action}`],
      resources: [index === undefined ? tableArn : `${tableArn}/index/${index}`],
      conditions: {
        "ForAllValues:StringLike": { "dynamodb:LeadingKeys": partitionKeys },
        // "For all values" is true if there are no values.
        Null: { "dynamodb:LeadingKeys": "false" },
      },
    });
  });
  const log = new iam.PolicyStatement({ actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [logGroupArn] });
  return new iam.Role(scope, `${name}-role`, {
    assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
    description: `What ${name} may do, and nothing else`,
    inlinePolicies: { permissions: new iam.PolicyDocument({ statements: [log, ...statements, ...further], minimize: false }) },
  });
}
