// What somebody must not see is not there: every address of resellers, for somebody of an organization.
import { readFileSync } from "node:fs";
import { addressOf, PAGES } from "./lib/pages.ts";
import { records } from "./lib/records.ts";
import { expect, test } from "./lib/visit.ts";

/** The addresses of resellers in the route table, with the methods that they take. */
function ofResellers(): [string, string][] {
  const table = readFileSync(new URL("../../Cargo.toml", import.meta.url), "utf8");
  const routes = [...table.matchAll(/^"(\/reseller[^"]*)" = \[([^\]]*)\]/gm)];
  return routes.flatMap(([, path = "", functions = ""]) =>
    [...functions.matchAll(/method = "(\w+)"/g)].map(([, method = ""]): [string, string] => [method, path]),
  );
}

test("a page of resellers is not there for anybody else @deployed", async ({ visitor }) => {
  const resellee = (await visitor.as({ role: "RESELLEE" })).request;
  const { customer, token } = records();
  const filled = (path: string) => path.replace("{id}", customer).replace("{kind}", "tokens").replace("{item}", token).replace("{deed}", "delete");
  const routes = ofResellers().map(([method, path]): [string, string] => [method, filled(path)]);
  const listed = PAGES.filter((page) => page.role === "RESELLER" && page.path.startsWith("/reseller"));
  const pages = listed.map((page): [string, string] => [page.posted === undefined ? "GET" : "POST", addressOf(page, records())]);
  expect(routes.length, "routes").toBeGreaterThan(15);
  for (const [method, path] of [...routes, ...pages]) {
    const headers = { "sec-fetch-site": "same-origin" };
    const answer = await resellee.fetch(path, { method, headers, maxRedirects: 0, ...(method === "POST" ? { form: { name: "x" } } : {}) });
    expect(answer.status(), `${method} ${path}`).toBe(404);
  }
});
