// How the pages are looked at: in the Chromium of the machine, by two workers, after somebody of each role has logged in once.
import { defineConfig } from "@playwright/test";
import { existsSync } from "node:fs";
import { at } from "./lib/demo.ts";
import { OUTPUT } from "./lib/output.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path));

export default defineConfig({
  testDir: ".",
  globalSetup: "./lib/front.ts",
  outputDir: `${OUTPUT}/failures`,
  snapshotPathTemplate: "{testDir}/told/{arg}{ext}",
  updateSnapshots: "none",
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  // The machine may be busy with other checks.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    baseURL: at.href,
    // Chromium's sandbox does not work for root.
    launchOptions: { executablePath, args: ["--no-sandbox"] },
  },
  projects: [
    { name: "before", testMatch: "before.ts", teardown: "after" },
    { name: "pages", testMatch: "*.spec.ts", dependencies: ["before"] },
    { name: "after", testMatch: "after.ts" },
  ],
});
