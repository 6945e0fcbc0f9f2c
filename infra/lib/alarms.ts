// Alarms on what users notice. Each costs money every month, so there are none without a topic to send them to.
import { Duration, type Stack } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import { FilterPattern, type LogGroup } from "aws-cdk-lib/aws-logs";
import { Topic } from "aws-cdk-lib/aws-sns";

/**
 * Adds alarms for server errors, slow answers, throttling by the table and by Lambda, callers that are refused, and callers that
 * have used up their quotas.
 */
export function addAlarms(stack: Stack, topicArn: string, api: HttpApi, accessLog: LogGroup, table: ITableV2, functions: number): void {
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
  /** How many answers had one of these statuses, from the access log: the gateway itself counts all 4xx together. */
  const answers = (id: string, statuses: readonly string[]) =>
    accessLog
      .addMetricFilter(id, {
        filterPattern: FilterPattern.any(...statuses.map((status) => FilterPattern.stringValue("$.status", "=", status))),
        metricNamespace: stack.stackName,
        metricName: id,
      })
      .metric({ period, statistic: "Sum" });
  alarm("Refusals", "Callers without a right to call: somebody may be guessing keys", answers("RefusedRequests", ["401", "403"]), 1_000, 1);
  alarm("QuotasExceeded", "Callers used up their quotas, or the gateway's limit", answers("LimitedRequests", ["429"]), 100, 1);
  alarm("FunctionThrottles", `Lambda refused invocations of one of ${functions} functions`, throttles, 1, 1);
}
