// Removing what the suite has made, this time or an earlier one.
import { call, reseller } from "./demo.ts";
import { EMAIL } from "./records.ts";

/** Deletes every organization with an address of this domain. */
export async function removeRecords(): Promise<void> {
  const domain = EMAIL.slice(EMAIL.indexOf("@"));
  const left = await call(reseller, "GET", `/customer?limit=100&search=${encodeURIComponent(domain)}`);
  for (const { id } of left) await call(reseller, "DELETE", `/customer/${id}`);
}
