// A deployed stack: its address, its operators' functions, and calls as its clients make them.
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

const cloudformation = new CloudFormationClient({});
const lambda = new LambdaClient({});

/** The gateway's own address of the API, from the stack's outputs: a custom domain may not lead to it yet. */
export function address(stack: string): Promise<URL> {
  return output(stack, "Endpoint");
}

/** The address at which people reach the deployment, with which links begin: that of the custom domain, if there is one. */
export function publicAddress(stack: string): Promise<URL> {
  return output(stack, "Url");
}

async function output(stack: string, name: string): Promise<URL> {
  const described = await cloudformation.send(new DescribeStacksCommand({ StackName: stack }));
  const found = described.Stacks?.[0]?.Outputs?.find((one) => one.OutputKey === name);
  assert.ok(found?.OutputValue, `the stack ${stack} has no output "${name}"`);
  return new URL(found.OutputValue);
}

/** Invokes an operators' function of the stack and returns its answer. */
export async function operate(stack: string, name: string, payload: object): Promise<any> {
  const command = new InvokeCommand({ FunctionName: `${stack}-operator-${name}`, Payload: JSON.stringify(payload) });
  const output = await lambda.send(command);
  const answer = JSON.parse(Buffer.from(output.Payload ?? []).toString());
  assert.ok(!output.FunctionError && !answer.errorType, `operator-${name} ${JSON.stringify(payload)}: ${JSON.stringify(answer)}`);
  return answer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** Sends a request for `host` to `at`; the two differ for an emulator only. Follows no redirect: 302 is an answer here. */
export function call(at: URL, host: string, method: string, path: string, headers: Record<string, string>, body = ""): Promise<Answer> {
  const send = at.protocol === "https:" ? httpsRequest : httpRequest;
  const sent = { ...headers, host, "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = send({ method, host: at.hostname, port: at.port, path, headers: sent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() });
      });
    });
    request.setTimeout(30_000, () => request.destroy(new Error("no answer within 30 seconds")));
    request.on("error", (error) => reject(new Error(`${method} ${path}: ${error.message}`)));
    request.end(body);
  });
}
