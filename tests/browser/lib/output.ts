// Where the suite keeps what it makes.
import { fileURLToPath } from "node:url";

const target = fileURLToPath(new URL("../../../target", import.meta.url));

/** What this run remembers, and what a failure looked like. */
export const OUTPUT = `${target}/browser`;

/** What each page looks like, for people. */
export const SCREENSHOTS = `${target}/screenshots`;
