// From the route table to the route keys of an HTTP API.

import type { Route } from "./workspace.ts";

/**
 * The path of a route key. A route key can't end in a slash; where the table has one, everything behind the slash goes to the
 * function, which answers 404 to anything but nothing.
 */
export function gatewayPath(path: string): string {
  return path.endsWith("/") ? `${path}{proxy+}` : path;
}

/** The route keys, such as `GET /api/customers`. */
export function routeKey(route: Route): string {
  return `${route.method} ${gatewayPath(route.path)}`;
}
