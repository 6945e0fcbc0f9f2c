// What the suite makes before it begins, and removes in the end: records that nothing else changes, for pages that are about one.
import { readFileSync } from "node:fs";
import { OUTPUT } from "./output.ts";

/** The marks in the addresses of pages, and what stands for each in this run. */
export interface Records {
  /** The short name of the reseller. */
  readonly reseller: string;
  /** An organization with a name that goes in both directions. */
  readonly customer: string;
  /** One in which forms make something. */
  readonly maker: string;
  /** The demo customer, which has used much. */
  readonly busy: string;
  /** A token of the first. */
  readonly token: string;
  /** The last four letters of that token. */
  readonly last_four: string;
  /** A subscription of it. */
  readonly subscription: string;
  /** A transcription of it. */
  readonly transcription: string;
  /** A token of the organization whose people the RESELLEE is one of. */
  readonly own_token: string;
  /** The token of a link for somebody who was invited. */
  readonly link: string;
  /** The number of that person. */
  readonly invited: string;
}

export const RECORDS = `${OUTPUT}/records.json`;

/** The name of the organization. */
export const NAME = "Söhne & Töchter مكتب <Ltd>";

/** Its address. All that the suite makes has one of this domain, by which what an earlier run left behind is known. */
export const EMAIL = "organization@browser.example";

/** Where the session of somebody is kept, for this role at the reseller with this short name. */
export function stateOf(shortName: string, role: string): string {
  return `${OUTPUT}/${shortName}-${role}.json`;
}

export function records(): Records {
  return JSON.parse(readFileSync(RECORDS, "utf8")) as Records;
}
