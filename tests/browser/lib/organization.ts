// Organizations that one test works on.
import { type Page } from "@playwright/test";
import { call, reseller } from "./demo.ts";

/** The address of organizations that tests make. */
export const EMAIL = "form@browser.example";

/** A name that no other organization has. */
export function newName(): string {
  return `Browser ${Date.now()}-${Math.floor(Math.random() * 1_000_000)}`;
}

/** Makes an organization and returns its number. */
export async function newOrganization(name = newName()): Promise<number> {
  return (await call(reseller, "POST", "/customer", { name, email: EMAIL })).id;
}

/** The numbers of the organizations with this name. */
export async function withName(name: string): Promise<number[]> {
  const found = await call(reseller, "GET", `/customer?filter=name=${encodeURIComponent(name)}`);
  return found.map(({ id }: { id: number }) => id);
}

/** What is on record of an organization. */
export function onRecord(id: number): Promise<{ name: string; phone: string | null; is_active: boolean }> {
  return call(reseller, "GET", `/customer/${id}`);
}

/** Fills the form of a new organization. */
export async function fillNew(page: Page, name: string): Promise<void> {
  await page.goto("/reseller/new");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email address").fill(EMAIL);
}
