// All pages. Every check that is about each of them walks this list: a new page is one more line here.
import { type Role } from "./demo.ts";
import { NAME, type Records } from "./records.ts";

export interface PageOf {
  /** What it is called in reports, and the name of its screenshots. */
  readonly name: string;
  /** Who sees it; without a role a stranger. */
  readonly role?: Role;
  /** Its address, with marks such as `{customer}` for what is in `Records`. */
  readonly path: string;
  /** What it answers, if not 200. */
  readonly status?: number;
  /** The fields of the form to which it is the answer. */
  readonly posted?: Readonly<Record<string, string>>;
  /** Whether what is on it is the same in each run, so that a file says how a screen reader tells it. */
  readonly told?: boolean;
}

/** What a form answers that is sent twice, so that looking at it several times makes one record. */
const FORM_KEY = `browser ${process.ppid}`;

const TABS = ["subscription", "usage", "tokens", "users", "transcriptions"];

/** The tabs of the organization at this address. */
function tabs(name: string, role: Role, path: string): PageOf[] {
  // What is on the tab of the usage differs from day to day, and nobody knows what an organization has that others change.
  const isTold = (tab: string) => path.includes("{customer}") && tab !== "usage";
  return TABS.map((tab, number) => ({ name: `${name}-${tab}`, role, path: `${path}?tab=${number}`, told: isTold(tab) }));
}

const EDITED = { name: "Mine", shown_name: "Before", email: "mine@example.com", shown_email: "before@example.com", tab: "2" };

export const PAGES: readonly PageOf[] = [
  { name: "login", path: "/login/{reseller}", told: true },
  { name: "login-anywhere", path: "/login", told: true },
  { name: "login-and-back", path: "/login?next=%2Freseller" },
  { name: "login-with-form", path: "/reseller/new", posted: { name: NAME, email: "kept" }, status: 401, told: true },
  { name: "forgotten", path: "/forgotten", told: true },
  { name: "invitation", path: "/invitation/{link}", told: true },
  { name: "invitation-wrong", path: "/invitation/{link}", posted: { password: "short" }, status: 422, told: true },
  { name: "invitation-gone", path: "/invitation/x", status: 404, told: true },

  { name: "dashboard", role: "RESELLER", path: "/reseller/dashboard" },
  { name: "organizations", role: "RESELLER", path: "/reseller" },
  { name: "organizations-new-row", role: "RESELLER", path: "/reseller?sort=id&direction=desc&new={customer}" },
  { name: "organizations-found", role: "RESELLER", path: "/reseller?search=organization%40browser&status=active&rows=50", told: true },
  { name: "organizations-none", role: "RESELLER", path: "/reseller?search=nobody%20is%20called%20so", told: true },
  { name: "organizations-wrong", role: "RESELLER", path: "/reseller?rows=26", status: 400 },
  { name: "new-organization", role: "RESELLER", path: "/reseller/new", told: true },
  { name: "new-organization-wrong", role: "RESELLER", path: "/reseller/new", posted: { name: "", email: "x" }, status: 422, told: true },
  { name: "delete-organizations", role: "RESELLER", path: "/reseller/delete?id={customer}", told: true },
  { name: "delete-nothing", role: "RESELLER", path: "/reseller/delete", told: true },
  { name: "all-usage", role: "RESELLER", path: "/reseller/usage" },
  { name: "all-usage-by-customer", role: "RESELLER", path: "/reseller/usage?view=month&split_by=customer" },
  { name: "all-usage-wrong", role: "RESELLER", path: "/reseller/usage?view=hour", status: 400 },
  { name: "activity", role: "RESELLER", path: "/reseller/activity" },
  { name: "people", role: "RESELLER", path: "/reseller/users" },
  { name: "people-none", role: "RESELLER", path: "/reseller/users?search=nobody%20is%20called%20so" },
  { name: "new-person", role: "RESELLER", path: "/reseller/users/new", told: true },
  { name: "profile", role: "RESELLER", path: "/profile" },
  { name: "brand", role: "RESELLER", path: "/profile/brand" },
  { name: "brand-wrong", role: "RESELLER", path: "/profile/brand", posted: { color: "mauve" }, status: 422 },
  { name: "not-found", role: "RESELLER", path: "/reseller/0", status: 404, told: true },

  ...tabs("organization", "RESELLER", "/reseller/{customer}"),
  ...tabs("busy-organization", "RESELLER", "/reseller/{busy}"),
  { name: "organization-edited", role: "RESELLER", path: "/reseller/{customer}", posted: EDITED, status: 409, told: true },
  { name: "organization-wrong", role: "RESELLER", path: "/reseller/{customer}", posted: { name: "", email: "x" }, status: 422, told: true },
  { name: "new-subscription", role: "RESELLER", path: "/reseller/{customer}/subscriptions/new" },
  { name: "new-subscription-wrong", role: "RESELLER", path: "/reseller/{customer}/subscriptions/new", posted: { sku: "none" }, status: 422 },
  { name: "end-subscription", role: "RESELLER", path: "/reseller/{customer}/subscriptions/{subscription}/end", told: true },
  { name: "new-token", role: "RESELLER", path: "/reseller/{customer}/tokens/new", told: true },
  { name: "new-token-wrong", role: "RESELLER", path: "/reseller/{customer}/tokens/new", posted: { name: "" }, status: 422, told: true },
  {
    name: "made-token",
    role: "RESELLER",
    path: "/reseller/{maker}/tokens/new",
    posted: { form_key: FORM_KEY, name: "Made by a form", type: "batch", valid_years: "1" },
    told: true,
  },
  { name: "delete-token", role: "RESELLER", path: "/reseller/{customer}/tokens/{token}/delete", told: true },
  { name: "new-user", role: "RESELLER", path: "/reseller/{customer}/users/new", told: true },
  { name: "new-user-wrong", role: "RESELLER", path: "/reseller/{customer}/users/new", posted: { email: "x" }, status: 422, told: true },
  { name: "made-link", role: "RESELLER", path: "/reseller/{maker}/users/new", posted: { form_key: `${FORM_KEY} link`, email: "made@browser.example" } },
  { name: "edit-user", role: "RESELLER", path: "/reseller/{customer}/users/{invited}", told: true },
  { name: "invite-user", role: "RESELLER", path: "/reseller/{customer}/users/{invited}/invitation", told: true },
  { name: "delete-user", role: "RESELLER", path: "/reseller/{customer}/users/{invited}/delete", told: true },
  { name: "transcription", role: "RESELLER", path: "/reseller/{customer}/transcriptions/{transcription}", told: true },
  { name: "busy-usage-by-language", role: "RESELLER", path: "/reseller/{busy}?tab=1&view=week&split_by=language" },
  ...tabs("organization-viewed", "RESELLER", "/reseller/{customer}/view"),

  ...tabs("own-organization", "RESELLEE", "/organization"),
  { name: "own-new-token", role: "RESELLEE", path: "/organization/tokens/new", told: true },
  { name: "own-delete-token", role: "RESELLEE", path: "/organization/tokens/{own_token}/delete" },
  { name: "own-profile", role: "RESELLEE", path: "/profile" },
  { name: "password", role: "RESELLEE", path: "/profile/password", told: true },
  { name: "password-wrong", role: "RESELLEE", path: "/profile/password", posted: { current_password: "x", new_password: "short" }, status: 422 },
  { name: "names", role: "RESELLEE", path: "/profile/names" },
];

/** The address of a page in this run. */
export function addressOf(page: PageOf, records: Records): string {
  return page.path.replace(/\{(\w+)\}/g, (_, mark: keyof Records) => records[mark]);
}
