// How mails are sent: when the function that sends them is invoked, and what it may do besides what it does with the table.
import { Duration, type Stack } from "aws-cdk-lib";
import * as events from "aws-cdk-lib/aws-events";
import * as targets from "aws-cdk-lib/aws-events-targets";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";

/** The function that sends mails. */
export const MAILER = "mail-send-due";

/** What it may do: send as this sender and nobody else, and be invoked for what the stream says. */
export function mailStatements(stack: Stack, sender: string, streamArn: string | undefined): iam.PolicyStatement[] {
  // The identity that SES has verified is the address, or its domain.
  const identities = [sender, sender.replace(/^.*@/, "")].map((identity) =>
    stack.formatArn({ service: "ses", resource: "identity", resourceName: identity }),
  );
  const send = new iam.PolicyStatement({
    // For a mail that is given as a whole, SES asks for both.
    actions: ["ses:SendEmail", "ses:SendRawEmail"],
    resources: identities,
    conditions: { StringEquals: { "ses:FromAddress": sender } },
  });
  if (streamArn === undefined) return [send];
  const read = new iam.PolicyStatement({
    actions: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"],
    resources: [streamArn],
  });
  return [send, read];
}

/**
 * Invokes the function for each mail that is posted, by the table's stream, and now and then for what was put off or what a crash left.
 * A table that does not belong to the stack may have no stream: then the function looks each minute.
 */
export function sendMails(handler: lambda.Function, streamArn: string | undefined): void {
  if (streamArn !== undefined) {
    const posted = { eventName: lambda.FilterRule.isEqual("INSERT"), dynamodb: { Keys: { PK: { S: lambda.FilterRule.isEqual("MAIL") } } } };
    handler.addEventSourceMapping("posted", {
      eventSourceArn: streamArn,
      startingPosition: lambda.StartingPosition.LATEST,
      batchSize: 100,
      filters: [lambda.FilterCriteria.filter(posted)],
      // The schedule goes on.
      retryAttempts: 2,
    });
  }
  const rule = new events.Rule(handler, "waiting", { schedule: events.Schedule.rate(Duration.minutes(streamArn === undefined ? 1 : 5)) });
  rule.addTarget(new targets.LambdaFunction(handler, { event: events.RuleTargetInput.fromObject({}), retryAttempts: 0 }));
}
