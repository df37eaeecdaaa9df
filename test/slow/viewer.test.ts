/**
 * The viewer in a real browser, on a store that a real small run made: what each view shows, its keys and permalinks, that nothing
 * goes wrong or reaches the network, and what axe-core finds, wide and on a phone, light and dark.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { to } from "../../src/viewer/client/links.ts";
import { at } from "../../src/viewer/client/paths.ts";
import { temporaryFolder } from "../temporary.ts";
import {
  begin,
  expectNoSideScroll,
  faultsOf,
  type Looked,
  look,
  openBrowser,
  PHONE,
  type Serving,
  skipWithoutBrowser as skip,
  startViewer,
  WIDE,
} from "../viewer-browser.ts";
import { OTHER, REPLAYS, SMALL, smallProject } from "../viewer-projects.ts";
import { resource, type Views, viewsOf } from "../viewer-views.ts";

let browser: Browser;
let viewer: Serving;
let views: Views;

const end = async () => {
  await browser?.close();
  viewer?.close();
};

before(() =>
  begin(async () => {
    if (skip) return;
    const project = join(temporaryFolder(), "small");
    await smallProject(project);
    browser = await openBrowser();
    viewer = await startViewer(project);
    views = await viewsOf(viewer.url, SMALL, OTHER);
  }, end),
);

after(end);

const looked = (how: Partial<Parameters<typeof look>[1]> = {}) => look(browser, { from: viewer.url, ...how });
/** What a user sees, unlike `textContent`. */
const textOf = (page: Page): Promise<string> => page.evaluate("document.querySelector('main').innerText");

/** Opens a view of the list in a new page, looks, and expects that nothing went wrong. */
async function inView(view: keyof Views, see: (seen: Looked) => Promise<void>): Promise<void> {
  const seen = await looked();
  await seen.open(viewer.url + views[view]);
  await see(seen);
  assert.deepEqual(seen.problems, []);
  await seen.context.close();
}

/** A search goes on while the project is indexed. */
const found = (page: Page) =>
  page
    .getByText(/Searching …|% of the project is indexed/)
    .first()
    .waitFor({ state: "detached" });

test("every view: nothing goes wrong, and reloading its address shows the same again", { skip }, async () => {
  const { page, problems, open, settled, context } = await looked();
  for (const [name, address] of Object.entries(views)) {
    await open(viewer.url + address);
    await found(page);
    const [said, title] = [await textOf(page), await page.title()];
    assert(said.length > 40, `${name}: ${said}`);
    assert.doesNotMatch(said, /cannot be shown|NaN|undefined|\[object|Infinity/, name);
    await page.reload();
    await settled();
    await found(page);
    assert.deepEqual([await textOf(page), await page.title()], [said, title], name);
    assert.deepEqual(problems, [], name);
  }
  await context.close();
});

for (const colorScheme of ["light", "dark"] as const)
  for (const viewport of [WIDE, PHONE])
    test(`every view, ${colorScheme}, ${viewport.width} pixels wide: fit for everybody, no scrolling to the side`, {
      skip,
    }, async () => {
      const { page, problems, open, context } = await looked({ viewport, colorScheme });
      for (const [name, address] of Object.entries(views)) {
        await open(viewer.url + address);
        assert.deepEqual(await faultsOf(page), [], name);
        await expectNoSideScroll(page);
      }
      assert.deepEqual(problems, []);
      await context.close();
    });

test("the project leads to its runs, and a run's overview answers first", { skip }, async () => {
  await inView("project", async ({ page, settled }) => {
    for (const run of [SMALL, OTHER, REPLAYS])
      await page.getByRole("link", { name: run, exact: true }).first().waitFor();
    await page.getByRole("table").getByRole("link", { name: SMALL, exact: true }).click();
    await settled();
    const { answer, methods, differences } = await resource(viewer.url, at.overview(SMALL));
    assert.equal(await page.locator("h1").textContent(), answer[0]);
    const said = await textOf(page);
    for (const sentence of answer) assert(said.includes(sentence), sentence);
    for (const { method } of methods) assert(said.includes(method), method);
    assert.equal(differences.length, 3);
    assert((await page.locator("main canvas, main svg").count()) > 0, "there is a figure");
  });
});

test("the map of the expert's runs: each is a line, its cells lead to the step, and filters stay in the address", {
  skip,
}, async () => {
  const { lines, kinds } = await resource(viewer.url, at.expert(SMALL, (await firstRound())!));
  await inView("expert", async ({ page, settled }) => {
    const said = await textOf(page);
    // Only those in view are drawn.
    assert(said.includes(`${lines.length} of ${lines.length} runs`));
    assert((await page.locator(".line").count()) > 5);
    for (const { kind } of kinds.filter(({ harmful }) => harmful > 0)) assert(said.includes(kind), kind);
    const harmful = page.locator(".line .cell.harmful").first();
    assert.match((await harmful.getAttribute("aria-label")) ?? "", /harmful/);
    const select = page.getByRole("form", { name: "What to show" }).locator("select").first();
    await select.selectOption({ index: 1 });
    const [address, filtered] = [page.url(), /\d+ of \d+ runs/.exec(await textOf(page))![0]];
    assert(Number.parseInt(filtered, 10) < lines.length);
    await page.reload();
    await settled();
    assert.equal(page.url(), address);
    assert((await textOf(page)).includes(filtered));
    await harmful.click();
    await settled();
    assert.match(page.url(), /#\/runs\/small\/transcripts\//);
    await page.goBack();
    await settled();
    assert.equal(page.url(), address, "Back leads to the map as it was");
  });
});

const firstRound = async () =>
  (await resource(viewer.url, at.project())).runs.find(({ name }) => name === SMALL)?.first;

test("tasks: those that nobody solved first, and a comparison of two trajectories", { skip }, async () => {
  await inView("tasks", async ({ page, settled }) => {
    const { lines } = await resource(viewer.url, at.tasks(SMALL));
    assert(lines[0]!.solvedBy.length === 0 && lines.some(({ solvedBy }) => solvedBy.length > 0));
    const first = await page.locator("tbody tr").first().textContent();
    assert(first!.includes(lines[0]!.task));
    const solved = page.getByRole("link", { name: lines.at(-1)!.task, exact: true });
    await page.getByLabel("Solved").selectOption({ index: 1 });
    const rows = await page.locator("tbody tr").count();
    assert(rows < lines.length);
    await page.getByLabel("Solved").selectOption({ index: 0 });
    await solved.click();
    await settled();
    const boxes = page.getByRole("checkbox");
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    await page.getByRole("link", { name: /^Put 2 trajectories side by side/ }).click();
    await settled();
    assert.match(page.url(), /#\/diff\//);
  });
});

test("a trunk: a dot for each probed state, n and p walk them, and the address keeps the chosen one", {
  skip,
}, async () => {
  await inView("trunk", async ({ page, settled }) => {
    const [, , , , id] = decodeURIComponent(views.trunk).split(/[/?]/);
    const { states } = await resource(viewer.url, at.trunk(SMALL, (await firstRound())!, id!));
    assert.equal(await page.locator("svg .state").count(), states.length);
    await page.keyboard.press("n");
    await page.keyboard.press("n");
    const chosen = page.url();
    assert.notEqual(chosen, viewer.url + views.trunk);
    const said = await textOf(page);
    await page.reload();
    await settled();
    assert.equal(await textOf(page), said);
    await page.keyboard.press("p");
    assert.notEqual(page.url(), chosen);
  });
});

test("a transcript: j and k walk turns, n decisions; a turn says why it is learned; the row has tokens and targets", {
  skip,
}, async () => {
  await inView("transcript", async ({ page, settled }) => {
    const step = () => new URLSearchParams(page.url().split("?")[1]).get("step");
    await page.keyboard.press("j");
    assert.equal(step(), "1");
    await page.keyboard.press("k");
    assert.equal(step() ?? "0", "0");
    await page.keyboard.press("Enter");
    await settled();
    const said = await textOf(page);
    assert.match(said, /methods\.md §/, "the rule names where it is from");
    assert.match(said, /gleaner play workshop --from/);
    await page.keyboard.press("r");
    await settled();
    assert.match(page.url(), /show=row/);
    const row = await textOf(page);
    for (const target of ["trl", "verl", "openai"]) assert.match(row, new RegExp(target));
  });
});

test("a rollout from the middle of an expert's run: f goes to where it left it", { skip }, async () => {
  await inView("rollout", async ({ page }) => {
    const [, , , , id] = decodeURIComponent(views.rollout).split(/[/?]/);
    const { head } = await resource(viewer.url, at.transcript(SMALL, (await firstRound())!, id!));
    await page.keyboard.press("f");
    assert.equal(new URLSearchParams(page.url().split("?")[1]).get("step"), String(head.fork!.step));
  });
});

test("what replaying found out stands on the transcript", { skip }, async () => {
  const { page, open, problems, context } = await looked();
  const found = {
    verified: ["replay verified"],
    diverged: ["diverged at step 0", "The oven is warm.", "The world said"],
    unreplayable: ["the log has no name of the task"],
  };
  for (const [name, says] of Object.entries(found)) {
    await open(viewer.url + to.transcript(REPLAYS, `log-${name}`));
    const more = page.locator("main summary").filter({ hasText: /diverged|cannot be replayed/ });
    if (name !== "verified") await more.click();
    for (const said of says) await page.getByText(said).first().waitFor();
  }
  assert.deepEqual(problems, []);
  await context.close();
});

test("flips: what one won and the other lost comes first, with both transcripts one click away", { skip }, async () => {
  await inView("flips", async ({ page, settled }) => {
    const [, , ...of] = views.flips.split("/").map(decodeURIComponent);
    const { lines, counts } = await resource(viewer.url, at.flips(of[0]!, of[1]!, of[2]!, of[3]!));
    const said = await textOf(page);
    for (const { task } of lines.slice(0, counts.wonToLost + counts.lostToWon)) assert(said.includes(task), task);
    await page
      .locator("main")
      .getByRole("link")
      .filter({ hasText: /won|lost/ })
      .first()
      .click();
    await settled();
    assert.match(page.url(), /transcripts|diff/);
  });
});

test("search finds text and leads to the step", { skip }, async () => {
  await inView("overview", async ({ page, settled }) => {
    await page.keyboard.press("/");
    await settled();
    await page.getByRole("searchbox").fill("studio");
    await page.keyboard.press("Enter");
    await page.locator("main mark").first().waitFor();
    await settled();
    assert.match(page.url(), /q=studio/);
    await page.locator("main").getByRole("link").filter({ hasText: "studio" }).first().click();
    await settled();
    assert.match(page.url(), /transcripts\/.*step=/);
  });
});

test("? lists the keys, Escape closes it, and the switch changes the theme for good", { skip }, async () => {
  await inView("transcript", async ({ page, settled }) => {
    await page.keyboard.press("?");
    const help = page.getByRole("dialog");
    for (const does of ["next turn", "first divergence", "search"])
      await help.getByText(does, { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "hidden" });
    const background = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    const light = await background();
    await page.getByRole("button", { name: "switch to dark" }).click();
    assert.notEqual(await background(), light);
    await page.reload();
    await settled();
    assert.notEqual(await background(), light);
  });
});

test("an address that leads nowhere says so", { skip }, async () => {
  const { page, context } = await looked();
  for (const address of [
    "#/nowhere",
    "#/runs/nobody",
    `#/runs/${SMALL}/transcripts/none`,
    `#/runs/${SMALL}/rows/99999`,
  ]) {
    await page.goto(viewer.url + address);
    await page
      .getByText(/There is no|no such/)
      .first()
      .waitFor();
  }
  await context.close();
});
