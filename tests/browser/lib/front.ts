// An address of this machine for a product whose gateway tells its APIs apart by the host: Chromium takes it for as safe as one with TLS, so that
// cookies are kept and forms say where they come from.
import { createServer, request } from "node:http";
import { type AddressInfo } from "node:net";
import { demo, FRONT } from "./demo.ts";

/** Passes everything on to the gateway, until the function that it returns is called. */
export default async function front(): Promise<(() => void) | undefined> {
  const { base_url, host } = demo;
  if (host === undefined) return undefined;
  const server = createServer((asked, answer) => {
    const passed = request(new URL(asked.url ?? "/", base_url), { method: asked.method, headers: { ...asked.headers, host } }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.rawHeaders);
      got.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
  process.env[FRONT] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
