/** The viewer on transcripts that try to break out of it: everything stands there as text, and nothing is obeyed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { readSqlite } from "../../src/store/sqlite.ts";
import type { RunLine } from "../../src/viewer/api/project.ts";
import { to } from "../../src/viewer/client/links.ts";
import { at } from "../../src/viewer/client/paths.ts";
import { temporaryFolder } from "../temporary.ts";
import {
  begin,
  expectNoSideScroll,
  faultsOf,
  look,
  openBrowser,
  PHONE,
  type Serving,
  skipWithoutBrowser as skip,
  startViewer,
} from "../viewer-browser.ts";
import { HOSTILE_TEXTS, hostileProject, LONG_LINE, SMALL, smallProject } from "../viewer-projects.ts";
import { resource, viewsOf } from "../viewer-views.ts";

let browser: Browser;
let viewer: Serving;
let project: string;

const end = async () => {
  await browser?.close();
  viewer?.close();
};

before(() =>
  begin(async () => {
    if (skip) return;
    const folder = temporaryFolder();
    await smallProject(join(folder, "small"));
    project = join(folder, "hostile");
    hostileProject(join(folder, "small"), project);
    browser = await openBrowser();
    viewer = await startViewer(project);
  }, end),
);

after(end);

/** Controls, directions, unseen characters: a page shows them as escapes. Line feeds and tabs may stay. */
const OBEYED = /[^\P{Cc}\n\t]|[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/u;

test("every view shows hostile texts as texts, on a phone too", { skip }, async () => {
  const views = await viewsOf(viewer.url, SMALL);
  const { page, problems, open, context } = await look(browser, { from: viewer.url, viewport: PHONE });
  for (const [name, address] of Object.entries(views)) {
    await open(viewer.url + address);
    assert.equal(await page.evaluate("window.owned"), undefined, name);
    assert.equal(await page.locator("main :is(script, base, iframe, object, b[onmouseover], img[onerror])").count(), 0);
    assert.equal(await page.locator('a[href^="javascript:" i], [onclick], [onerror], [onmouseover]').count(), 0, name);
    const said: string = await page.evaluate("document.body.innerText + document.title");
    assert.doesNotMatch(said, OBEYED, name);
    await expectNoSideScroll(page);
    assert.deepEqual(await faultsOf(page), [], name);
    assert.deepEqual(problems, [], name);
  }
  await context.close();
});

test("each hostile text can be read somewhere among the transcripts", { skip }, async () => {
  const repository = readSqlite(join(project, "store.sqlite"));
  const ids = repository.trajectoriesOf(SMALL);
  const { page, problems, open, context } = await look(browser, { from: viewer.url });
  const unseen = new Set(HOSTILE_TEXTS.map(asShown));
  for (const id of ids) {
    if (unseen.size === 0) break;
    const { steps } = repository.trajectory(id)!;
    const all = steps.map(({ observation, action }) => asShown(observation + action)).join(" ");
    if (![...unseen].some((text) => all.includes(text))) continue;
    await open(viewer.url + to.transcript(SMALL, id));
    const said: string = await page.evaluate("document.querySelector('main').innerText");
    for (const text of unseen) if (said.includes(text)) unseen.delete(text);
  }
  repository.close();
  assert.deepEqual([...unseen], []);
  assert.equal(await page.evaluate("window.owned"), undefined);
  assert.deepEqual(problems, []);
  await context.close();
});

/** Escapes are of the page's own choosing: what is between them must be there. */
const asShown = (text: string) =>
  text
    .split(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
    .reduce((longest, piece) => (piece.trim().length > longest.length ? piece.trim() : longest), "");

test("a line of a million characters is cut, and whole after a click", { skip }, async () => {
  const { runs } = await resource(viewer.url, at.project());
  const { first } = runs.find(({ name }) => name === SMALL) as RunLine;
  const repository = readSqlite(join(project, "store.sqlite"));
  const long = repository
    .trajectoriesOf(SMALL)
    .find((id) => repository.trajectory(id)!.finalObservation.length > LONG_LINE.length)!;
  repository.close();
  const { page, problems, open, settled, context } = await look(browser, { from: viewer.url });
  await open(viewer.url + to.transcript(SMALL, long, first));
  const length = (): Promise<number> => page.evaluate("document.querySelector('main').innerText.length");
  assert((await length()) < 100_000);
  await page.getByRole("button", { name: /show all 1,000,0\d\d characters/ }).click();
  await page.getByText("show less").waitFor();
  await settled();
  assert((await length()) >= LONG_LINE.trim().length);
  await expectNoSideScroll(page);
  assert.deepEqual(problems, []);
  await context.close();
});
