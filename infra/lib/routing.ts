// Makes route keys of an HTTP API from the route table.

import type { Route } from "./workspace.ts";

/**
 * The route key, such as `GET /api/customers`. It can't end in a slash, except for that of the root. For a route that does, every path
 * below the slash goes to the function, which answers 404 unless nothing follows the slash.
 */
export function routeKey(route: Route): string {
  const isGreedy = route.path.endsWith("/") && route.path !== "/";
  return `${route.method} ${isGreedy ? `${route.path}{proxy+}` : route.path}`;
}
