// The product that runs, as its demo.json says: `cargo dev` writes one, and a deployment has one too. CLIENTELE_DEMO names the file.
import { readFileSync } from "node:fs";

export type Role = "RESELLER" | "RESELLEE";

export interface Person {
  readonly role: Role;
  readonly email: string;
  readonly password: string;
}

export interface Reseller {
  readonly short_name: string;
  readonly portal_users: readonly Person[];
  readonly reseller_key: string;
  readonly customer_id: number;
}

interface Demo {
  readonly base_url: string;
  /** The name that a gateway answers to, where it answers for several at one address. */
  readonly host?: string;
  readonly resellers: readonly [Reseller, Reseller];
}

/** The variable with the address of the front, where there is one. */
export const FRONT = "CLIENTELE_FRONT";

const path = process.env["CLIENTELE_DEMO"];
if (path === undefined) throw new Error("CLIENTELE_DEMO names the demo.json of the product that runs");
export const demo = JSON.parse(readFileSync(path, "utf8")) as Demo;

/** The address at which a browser finds the portal. */
export const at = new URL(process.env[FRONT] ?? demo.base_url);

/** The reseller whose pages are looked at, and one whose brand changes all the time. */
export const [reseller, branded] = demo.resellers;

/** Somebody of a reseller who has this role. */
export function person(of: Reseller, role: Role): Person {
  const found = of.portal_users.find((person) => person.role === role);
  if (found === undefined) throw new Error(`demo.json has no ${role} of ${of.short_name}`);
  return found;
}

/** Calls the reseller API as a program of this reseller does, and returns the result. A text is sent as it is, in this media type. */
export async function call(of: Reseller, method: string, path: string, body?: unknown, type = "application/json"): Promise<any> {
  const headers = { "x-zoom-s2t-key": of.reseller_key, "content-type": type };
  const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const answer = await fetch(new URL(`/api/v3/reseller${path}`, at), { method, headers, ...sent });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
  return text === "" ? undefined : JSON.parse(text).result;
}
