/** `gleaner view --export`: a folder that opens from the disk, in which every link leads somewhere and nothing is missing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { gleaner } from "../command.ts";
import { temporaryFolder } from "../temporary.ts";
import {
  expectNoSideScroll,
  faultsOf,
  type Looked,
  look,
  openBrowser,
  PHONE,
  skipWithoutBrowser as skip,
} from "../viewer-browser.ts";
import { hostileProject, SMALL, smallProject } from "../viewer-projects.ts";

let browser: Browser;
const folder = temporaryFolder();

before(async () => {
  if (skip) return;
  await smallProject(join(folder, "small"));
  hostileProject(join(folder, "small"), join(folder, "hostile"));
  browser = await openBrowser();
});

after(() => browser?.close());

/** Of one kind of view so many are opened: their links are of the same making. */
const OF_A_KIND = 8;

/** What an address is of: its names left out. */
const kindOf = (address: string) =>
  address
    .replace(/\?.*/, "")
    .split("/")
    .map((segment, index) =>
      index === 0 || segment === "" || /^(runs|expert|tasks|trunk|transcripts|rows|search|diff|flips)$/.test(segment)
        ? segment
        : "*",
    )
    .join("/");

/** Opens every address that is linked from the page at `start`, from those pages, and so on. Gives the kinds that were opened. */
async function walk({ page, open, problems }: Looked, start: string): Promise<ReadonlyMap<string, number>> {
  const opened = new Map<string, number>();
  const [waiting, known] = [[start], new Set([start])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const kind = kindOf(next.slice(next.indexOf("#")));
    const count = opened.get(kind) ?? 0;
    if (count >= OF_A_KIND) continue;
    opened.set(kind, count + 1);
    await open(next).catch((error) => assert.fail(`${next}: ${error.message}`));
    const said: string = await page.evaluate("document.querySelector('main').innerText");
    assert.doesNotMatch(said, /cannot be shown|There is no view|does not hold it/, next);
    assert.deepEqual(problems, [], next);
    const links: readonly string[] = await page.evaluate(
      "[...document.querySelectorAll('a[href]')].map((link) => new URL(link.getAttribute('href'), location.href).href)",
    );
    for (const link of links) {
      // Side by side is for pairs, which a folder does not hold: it says so (docs/viewer.md).
      if (link.endsWith("#content") || /#\/(diff|flips)\//.test(link)) continue;
      assert(link.startsWith(start.split("#")[0]!), `${next} leads to ${link}`);
      if (!known.has(link)) waiting.unshift(link);
      known.add(link);
    }
  }
  return opened;
}

for (const project of ["small", "hostile"])
  test(`the ${project} project as a folder: every link leads somewhere`, { skip }, async () => {
    const out = join(folder, `${project}-export`);
    await gleaner(join(folder, project), ["view", "--export", out]);
    const start = `${pathToFileURL(join(out, "index.html")).href}#/`;
    const looked = await look(browser, { from: pathToFileURL(out).href, viewport: PHONE });
    const opened = await walk(looked, start);
    const kinds = ["#/", "#/runs/*", "#/runs/*/expert", "#/runs/*/tasks", "#/runs/*/tasks/*", "#/runs/*/trunk/*"];
    for (const kind of [...kinds, "#/runs/*/transcripts/*", "#/runs/*/search"])
      assert(opened.has(kind), `${kind} is not among ${[...opened.keys()].join(", ")}`);
    assert.equal(await looked.page.evaluate("window.owned"), undefined);
    await looked.context.close();
  });

test("an exported folder says when it was made, finds text by itself, and is fit for everybody", { skip }, async () => {
  const out = join(folder, "again");
  await gleaner(join(folder, "small"), ["view", SMALL, "--export", out]);
  const start = pathToFileURL(join(out, "index.html")).href;
  const { page, problems, open, settled, context } = await look(browser, { from: pathToFileURL(out).href });
  await open(`${start}#/`);
  await page.getByText(/^Exported from small on /).waitFor();
  assert.equal(await page.getByRole("table").getByRole("link").count(), 1, "only the run that was named");
  await open(`${start}#/runs/${SMALL}`);
  assert.deepEqual(await faultsOf(page), []);
  await expectNoSideScroll(page);
  await page.keyboard.press("/");
  await settled();
  await page.getByRole("searchbox").fill("studio");
  await page.keyboard.press("Enter");
  await page.locator("main mark").first().waitFor();
  assert.deepEqual(problems, []);
  await context.close();
});
