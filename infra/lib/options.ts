// The options of a deployment, by CDK context (`-c name=value`). Every option has a default that is fit for production.

/** The region of the content network's certificate and firewall. */
export const FRONT_REGION = "us-east-1";

/** A context value that can't be used. Its message is a sentence for the person at the terminal. */
export class OptionError extends Error {}

export interface Options {
  /** Name of the stack, the table and the API, and the beginning of the functions' names. */
  readonly name: string;
  /** AWS region; if undefined, the region of the credentials. */
  readonly region?: string;
  /** Architecture of the binaries. */
  readonly architecture: "arm64" | "x86_64";
  /** Folder with one folder per function, each with its `bootstrap`; relative to the workspace. */
  readonly code: string;
  /** Memory of a function, in MB. Its share of a CPU follows from it. */
  readonly memory: number;
  /** Memory of each function that reads the images of logos, in MB: they are large, and take a whole CPU. */
  readonly logoMemory: number;
  readonly logLevel: string;
  /** How long logs are kept, in days. */
  readonly logDays: number;
  /** Name of an existing table to use, instead of one that belongs to the stack: after a restore. */
  readonly table?: string;
  /** Whether the table and the logs outlive the stack, and the table is protected from deletion. */
  readonly retain: boolean;
  /** Requests a second that each route takes, and how many more at once. */
  readonly throttleRate: number;
  readonly throttleBurst: number;
  /** What callers may use up in a minute: units of a key, its requests, units of a reseller and of a source address. */
  readonly quotas: Quotas;
  /** How many requests each operators' function can always serve at once, whatever else is called; if undefined, none for sure. */
  readonly operatorConcurrency?: number;
  /** How many requests each function that lists or finds serves at once at most; if undefined, as many as the account allows. */
  readonly listConcurrency?: number;
  /** How many images of logos each such function reads at once, for sure and at most; if undefined, as many as the account allows. */
  readonly logoConcurrency?: number;
  /** Custom domain name, and the ARN of its certificate, in the region of what serves it. */
  readonly domain?: { readonly name: string; readonly certificate: string };
  /** Whether a content network stands in front of the gateway; the domain is then the network's. */
  readonly contentNetwork: boolean;
  /** ARN of a firewall for the content network. */
  readonly webAcl?: string;
  /** How many requests an address may send in five minutes, for a firewall to be made in a stack of its own. */
  readonly firewallRate?: number;
  /** Origins of web pages that may call the API; none by default. */
  readonly cors: readonly string[];
  /** Address that mails come from. Without it no mails are sent. */
  readonly mailSender?: string;
  /** ARN of an SNS topic that alarms are sent to. Without it there are no alarms. */
  readonly alarmTopic?: string;
  /** Endpoint of an emulated DynamoDB, for emulators only. */
  readonly dynamodbEndpoint?: string;
}

/** A number, or "none" for no limit. */
export interface Quotas {
  readonly keyUnits: string;
  readonly keyRequests: string;
  readonly resellerUnits: string;
  readonly sourceUnits: string;
}

const KEYS = [
  "name",
  "region",
  "architecture",
  "code",
  "memory",
  "logoMemory",
  "logLevel",
  "logDays",
  "table",
  "retain",
  "throttleRate",
  "throttleBurst",
  "keyUnits",
  "keyRequests",
  "resellerUnits",
  "sourceUnits",
  "operatorConcurrency",
  "listConcurrency",
  "logoConcurrency",
  "domain",
  "certificate",
  "contentNetwork",
  "webAcl",
  "firewallRate",
  "cors",
  "mailSender",
  "alarmTopic",
  "dynamodbEndpoint",
] as const;

type Key = (typeof KEYS)[number];

/** An address in ASCII, as SES sends from. */
const MAIL_ADDRESS = /^(?=.{6,254}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/** The retentions that CloudWatch Logs takes, in days. */
const LOG_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/**
 * Refuses an unknown option: a typing error must not change what is deployed. CDK's own keys contain other characters than
 * letters.
 */
export function refuseUnknown(keys: readonly string[]): void {
  const unknown = keys.find((key) => /^[A-Za-z]+$/.test(key) && !KEYS.some((known) => known === key));
  if (unknown !== undefined) throw new OptionError(`There is no option ${unknown}; there are ${KEYS.join(", ")}.`);
}

/** Reads and checks all options. `context` gives the value of a key, as CDK's `tryGetContext` does. */
export function readOptions(context: (key: string) => unknown): Options {
  const text = (key: Key): string | undefined => {
    const value: unknown = context(key);
    return value === undefined || value === "" ? undefined : String(value);
  };
  const form = (key: Key, pattern: RegExp, what: string): string | undefined => {
    const value = text(key);
    if (value !== undefined && !pattern.test(value)) throw new OptionError(`${key} must be ${what}, and is "${value}".`);
    return value;
  };
  const oneOf = <T extends string>(key: Key, values: readonly T[], fallback: T): T => {
    const value = text(key) ?? fallback;
    const found = values.find((one) => one === value);
    if (found === undefined) throw new OptionError(`${key} must be one of ${values.join(", ")}, and is "${value}".`);
    return found;
  };
  const flag = (key: Key, fallback: "true" | "false"): boolean => oneOf(key, ["true", "false"], fallback) === "true";
  const optionalInteger = (key: Key, least: number, most: number, alternative = ""): number | undefined => {
    const value = text(key);
    if (value === undefined) return undefined;
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (!(number >= least && number <= most)) {
      throw new OptionError(`${key} must be an integer from ${least} to ${most}${alternative}, and is "${value}".`);
    }
    return number;
  };
  const integer = (key: Key, least: number, most: number, fallback: number): number => optionalInteger(key, least, most) ?? fallback;
  const quota = (key: Key, least: number, fallback: string): string =>
    text(key) === "none" ? "none" : (optionalInteger(key, least, 1_000_000_000, ", or none")?.toString() ?? fallback);

  const logDays = integer("logDays", 1, 3653, 30);
  if (!LOG_DAYS.includes(logDays)) {
    throw new OptionError(`logDays must be one of ${LOG_DAYS.join(", ")}, and is "${logDays}".`);
  }
  const domain = form("domain", /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, "a domain name such as api.example.com");
  const certificate = form("certificate", /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/, "the ARN of a certificate in ACM");
  if ((domain === undefined) !== (certificate === undefined)) {
    throw new OptionError("domain and certificate go together: give both or neither.");
  }
  const alarmTopic = form("alarmTopic", /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:.+$/, "the ARN of an SNS topic");
  const region = form("region", /^[a-z]{2}(-[a-z]+)+-\d$/, "an AWS region such as eu-west-1");
  const contentNetwork = flag("contentNetwork", "false");
  const webAcl = form("webAcl", /^arn:aws:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/, "the ARN of a global web ACL in us-east-1");
  if (webAcl !== undefined && !contentNetwork) throw new OptionError("webAcl is for the content network: give contentNetwork=true too.");
  const regions = { certificate: contentNetwork ? FRONT_REGION : region, alarmTopic: region };
  for (const [key, arn] of Object.entries({ certificate, alarmTopic })) {
    const of = arn?.split(":")[3];
    const must = regions[key as keyof typeof regions];
    if (must !== undefined && of !== undefined && of !== must) {
      throw new OptionError(`${key} must be in the region ${must}, and is in ${of}.`);
    }
  }
  const cors = (text("cors") ?? "").split(",").map((origin) => origin.trim()).filter((origin) => origin !== "");
  const wrong = cors.find((origin) => !/^https?:\/\/[^/?#\s]+$/.test(origin));
  if (wrong !== undefined) {
    throw new OptionError(`cors must be origins such as https://portal.example.com, separated by commas, and has "${wrong}".`);
  }
  return {
    name: form("name", /^[a-z][a-z0-9-]{2,27}$/, "3 to 28 lower-case letters, digits or hyphens, beginning with a letter") ?? "clientele",
    region,
    architecture: oneOf("architecture", ["arm64", "x86_64"], "arm64"),
    code: text("code") ?? "target/lambda",
    memory: integer("memory", 128, 10_240, 256),
    logoMemory: integer("logoMemory", 512, 10_240, 1_769),
    logLevel: oneOf("logLevel", ["off", "error", "warn", "info", "debug", "trace"], "info"),
    logDays,
    table: form("table", /^[A-Za-z0-9_.-]{3,255}$/, "the name of a DynamoDB table"),
    retain: flag("retain", "true"),
    throttleRate: integer("throttleRate", 1, 10_000, 5_000),
    throttleBurst: integer("throttleBurst", 1, 5_000, 2_500),
    quotas: {
      keyUnits: quota("keyUnits", 100, "60000"),
      keyRequests: quota("keyRequests", 1, "none"),
      resellerUnits: quota("resellerUnits", 100, "180000"),
      sourceUnits: quota("sourceUnits", 100, "6000"),
    },
    operatorConcurrency: optionalInteger("operatorConcurrency", 1, 1_000),
    listConcurrency: optionalInteger("listConcurrency", 1, 1_000),
    logoConcurrency: optionalInteger("logoConcurrency", 1, 1_000),
    domain: domain === undefined || certificate === undefined ? undefined : { name: domain, certificate },
    contentNetwork,
    webAcl,
    // AWS takes no fewer than ten.
    firewallRate: optionalInteger("firewallRate", 10, 2_000_000_000),
    cors,
    mailSender: form("mailSender", MAIL_ADDRESS, "an e-mail address such as no-reply@example.com"),
    alarmTopic,
    dynamodbEndpoint: form("dynamodbEndpoint", /^https?:\/\/[^\s]+$/, "a URL such as http://127.0.0.1:8000"),
  };
}
