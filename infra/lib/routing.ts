// From the route table to the route keys of an HTTP API.

import type { Route } from "./workspace.ts";

/**
 * The route key, such as `GET /api/customers`. It can't end in a slash; where the table has one, everything behind the slash goes to
 * the function, which answers 404 to anything but nothing.
 */
export function routeKey(route: Route): string {
  return `${route.method} ${route.path.endsWith("/") ? `${route.path}{proxy+}` : route.path}`;
}
