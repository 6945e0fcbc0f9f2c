// Alarms on what users notice. Each costs money every month, so there are none without a topic to send them to.
import { Duration, type Stack } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Topic } from "aws-cdk-lib/aws-sns";

/** Adds an alarm for server errors, one for slow answers, and one for throttling by the table and by Lambda. */
export function addAlarms(stack: Stack, topicArn: string, api: HttpApi, table: ITableV2, functions: number): void {
  const action = new SnsAction(Topic.fromTopicArn(stack, "AlarmTopic", topicArn));
  const period = Duration.minutes(5);
  const alarm = (id: string, alarmDescription: string, metric: cloudwatch.IMetric, threshold: number, evaluationPeriods: number) =>
    new cloudwatch.Alarm(stack, id, {
      alarmDescription,
      metric,
      threshold,
      evaluationPeriods,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(action);

  alarm("ServerErrors", "Requests were answered 5xx", api.metricServerError({ period, statistic: "Sum" }), 5, 1);
  alarm("Latency", "One request in a hundred takes two seconds", api.metricLatency({ period, statistic: "p99" }), 2_000, 3);
  const tableThrottles = new cloudwatch.MathExpression({
    expression: "reads + writes",
    usingMetrics: {
      reads: table.metric("ReadThrottleEvents", { period, statistic: "Sum" }),
      writes: table.metric("WriteThrottleEvents", { period, statistic: "Sum" }),
    },
    period,
  });
  alarm("TableThrottles", "The table refused calls", tableThrottles, 10, 1);
  // Throttling of all functions of the region together: one alarm instead of dozens. The error alarm above tells whether this
  // stack is concerned.
  const throttles = new cloudwatch.Metric({ namespace: "AWS/Lambda", metricName: "Throttles", period, statistic: "Sum" });
  alarm("FunctionThrottles", `Lambda refused invocations of one of ${functions} functions`, throttles, 1, 1);
}
