// The arithmetic of colours in the pages' script is the server's: colors.txt has the checksums of what the server makes of a grid of
// colours, a line for each amount of red. `tests/suite/portal_brand.rs` holds it against the server's code.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const source = read("../../functions/portal/assets/script/color.js");
const { colorsOf } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const GRID = Array.from({ length: 52 }, (_, step) => 5 * step);

function line(color) {
  const { "--on-brand": on, "--brand-text-light": light, "--brand-text-dark": dark } = colorsOf(color);
  return `${color} ${on} ${light} ${dark}\n`;
}

test("script makes of every colour what the server makes of it", () => {
  const digits = (part) => part.toString(16).padStart(2, "0");
  const lines = GRID.map((red) => {
    const colors = GRID.flatMap((green) => GRID.map((blue) => `#${[red, green, blue].map(digits).join("")}`));
    return `${red} ${createHash("sha256").update(colors.map(line).join("")).digest("hex")}`;
  });
  assert.deepEqual(lines, read("colors.txt").trimEnd().split("\n"));
});

test("a colour is written in small letters, however it was typed", () => {
  assert.equal(colorsOf("#ABCDEF")["--brand"], "#abcdef");
});
