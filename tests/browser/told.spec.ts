// How a screen reader tells a page: what it is made of, in which order, with which names. Each is in a file of the folder `told`. After a
// change that is meant, `npm run tell` writes them anew.
import { PAGES } from "./lib/pages.ts";
import { NAME, records } from "./lib/records.ts";
import { expect, test } from "./lib/visit.ts";

/** The same text, with marks in place of what is different in each run. */
function withMarks(told: string): string {
  const { customer, maker, token, own_token, last_four, invited, subscription, transcription } = records();
  const marks: [string | RegExp, string][] = [
    [new RegExp(`(?<=/reseller/|ID |cell "|${NAME} )(${customer}|${maker})\\b`, "g"), "{customer}"],
    [new RegExp(`(?<=/users/)${invited}\\b`, "g"), "{invited}"],
    [new RegExp(`(?<=/subscriptions/)${subscription}\\b`, "g"), "{subscription}"],
    [new RegExp(`\\b${transcription}\\b`, "g"), "{transcription}"],
    [new RegExp(`\\b(${token}|${own_token})\\b`, "g"), "{token}"],
    [new RegExp(`\\b${last_four}\\b`, "g"), "{last four}"],
    [/\bsk_customer_\w+/g, "{secret}"],
    [/\b\d{4}-\d\d-\d\d\b/g, "{date}"],
    [/\b\d\d:\d\d(:\d\d)?\b/g, "{time}"],
  ];
  return marks.reduce((text, [of, mark]) => text.replace(of, mark), `${told}\n`);
}

for (const wanted of PAGES.filter((page) => page.told)) {
  test(`${wanted.name} is told`, async ({ visitor }) => {
    const page = await visitor.open(wanted);
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(withMarks(await page.getByRole("main").ariaSnapshot())).toMatchSnapshot(`${wanted.name}.yml`);
  });
}

for (const name of ["organization-tokens", "own-new-token"]) {
  test(`what stands around ${name} is told`, async ({ visitor }) => {
    const page = await visitor.open(PAGES.find((page) => page.name === name)!);
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.getByRole("banner").ariaSnapshot()).toMatchSnapshot(`around-${name}-${width}.yml`);
    }
  });
}
