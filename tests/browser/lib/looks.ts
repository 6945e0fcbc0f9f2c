// The ways in which pages are looked at.
import { type Page } from "@playwright/test";

export interface Look {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly dark: boolean;
}

/** 320 px is the width to which pages reflow by WCAG 2.2 (1.4.10), and 320 by 256 what a window of 1280 by 1024 shows at 400 %. */
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 320, height: 800 };
const ENLARGED = { width: 320, height: 256 };

/** Each two of script, size and colours meet in one of these. */
export const WITH_SCRIPT: readonly Look[] = [
  { name: "wide and light", ...WIDE, dark: false },
  { name: "narrow and dark", ...NARROW, dark: true },
  { name: "enlarged and light", ...ENLARGED, dark: false },
];
export const WITHOUT_SCRIPT: readonly Look[] = [
  { name: "wide and dark", ...WIDE, dark: true },
  { name: "narrow and light", ...NARROW, dark: false },
  { name: "enlarged and dark", ...ENLARGED, dark: true },
];

/** What people are shown. */
export const SHOWN: readonly Look[] = [
  { name: "light", ...WIDE, dark: false },
  { name: "dark", ...WIDE, dark: true },
  { name: "telephone", width: 390, height: 844, dark: false },
];

export async function look(page: Page, { width, height, dark }: Look): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
}
