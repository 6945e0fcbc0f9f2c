// What each run ends with.
import { test as after } from "@playwright/test";
import { removeRecords } from "./lib/removal.ts";

after("what this run made is removed", removeRecords);
