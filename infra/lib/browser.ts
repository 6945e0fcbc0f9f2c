// A browser, as far as a visit of the portal needs one: it keeps cookies, says where its requests come from, and sends forms.
import assert from "node:assert/strict";
import type { Answer } from "./deployed.ts";

/** Sends a request whose answer must have this status. */
export type Expect = (status: number, method: string, path: string, headers: Record<string, string>, body?: string) => Promise<Answer>;

export class Browser {
  private readonly cookies = new Map<string, string>();

  constructor(private readonly expect: Expect) {}

  /** The page at this path, without the redirect that it may be. */
  get(status: number, path: string): Promise<Answer> {
    return this.send(status, "GET", path, { "sec-fetch-site": "same-origin" });
  }

  /** What is answered to a form. `from` is what the browser says of the page that sent it. */
  submit(status: number, path: string, fields: Record<string, string>, from: Record<string, string> = { "sec-fetch-site": "same-origin" }): Promise<Answer> {
    const headers = { ...from, "content-type": "application/x-www-form-urlencoded" };
    return this.send(status, "POST", path, headers, new URLSearchParams(fields).toString());
  }

  /** What is answered to a form with a file in the field `name`. */
  upload(status: number, path: string, name: string, type: string, content: string): Promise<Answer> {
    const lines = ["--smoke", `Content-Disposition: form-data; name="${name}"; filename="file"`, `Content-Type: ${type}`, "", content, "--smoke--", ""];
    const headers = { "sec-fetch-site": "same-origin", "content-type": "multipart/form-data; boundary=smoke" };
    return this.send(status, "POST", path, headers, lines.join("\r\n"));
  }

  /** A copy, whose cookies are those of this moment. */
  copy(): Browser {
    const copy = new Browser(this.expect);
    for (const [name, value] of this.cookies) copy.cookies.set(name, value);
    return copy;
  }

  has(cookie: string): boolean {
    return this.cookies.has(cookie);
  }

  private async send(status: number, method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await this.expect(status, method, path, cookie === "" ? headers : { ...headers, cookie }, body);
    for (const set of [answer.headers["set-cookie"] ?? []].flat()) {
      const [pair = "", ...attributes] = set.split("; ");
      const [name = "", value = ""] = pair.split("=");
      // A browser drops a cookie with such a name that has any less.
      assert.ok(name.startsWith("__Host-"), set);
      for (const attribute of ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"]) assert.ok(attributes.includes(attribute), set);
      if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }
}

/** The value of the hidden field with this name. */
export function hidden(page: Answer, name: string): string {
  const value = new RegExp(`name="${name}" value="([^"]*)"`).exec(page.body)?.[1];
  assert.ok(value !== undefined, `no field ${name}: ${page.body}`);
  return value;
}
