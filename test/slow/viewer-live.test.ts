/** The viewer while a run is going on: its progress, and then its finished overview, at the same address without a reload. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openSqlite } from "../../src/store/sqlite.ts";
import { to } from "../../src/viewer/client/links.ts";
import { ROOT } from "../command.ts";
import { temporaryFolder } from "../temporary.ts";
import { look, openBrowser, skipWithoutBrowser as skip, startViewer } from "../viewer-browser.ts";
import { smallRun } from "../viewer-projects.ts";

const RUN = "live";

test("a run shows its progress and then its answer, without a reload", { skip }, async () => {
  const project = join(temporaryFolder(), "project");
  mkdirSync(project);
  const config = join(project, `${RUN}.yaml`);
  writeFileSync(
    config,
    smallRun(RUN, "{ method: rft, samples: 2 }, { method: eef, probes: 3 }", { seeds: "[1]", steps: 800 }),
  );
  const program = join(ROOT, "bin", "gleaner.js");
  const run = spawn(process.execPath, [program, "run", config, "--project", project], { cwd: ROOT, stdio: "ignore" });
  const ended = once(run, "exit");
  const viewer = await startedViewer(project, () => run.exitCode !== null);
  const browser = await openBrowser();
  try {
    const { page, problems, open, settled } = await look(browser, { from: viewer.url });
    await open(viewer.url + to.project());
    const progress = page.getByRole("progressbar").first();
    await progress.waitFor();
    await open(viewer.url + to.run(RUN));
    await page.evaluate("window.since = 'the start'");
    const under = page.getByRole("region", { name: "What the run does now" });
    await under.waitFor();
    assert.match((await under.textContent()) ?? "", /seed 1|workshop/);
    // As it goes on, what was evaluated appears.
    await page.getByText(/BC/).first().waitFor({ timeout: 120_000 });
    await ended;
    assert.equal(run.exitCode, 0);
    await under.waitFor({ state: "detached" });
    await page
      .locator("h1")
      .filter({ hasText: /held-out tasks/ })
      .waitFor();
    await page.getByText("How far apart they end").waitFor();
    await settled();
    assert.equal(await page.evaluate("window.since"), "the start", "it is the same page");
    assert.deepEqual(problems, []);
  } finally {
    run.kill("SIGKILL");
    viewer.close();
    await browser.close();
  }
});

test("tabs that nobody sees hold no connection, so a browser opens as many as one likes", { skip }, async () => {
  const project = join(temporaryFolder(), "project");
  mkdirSync(project);
  openSqlite(join(project, "store.sqlite")).close();
  const viewer = await startViewer(project);
  const browser = await openBrowser();
  try {
    const context = await browser.newContext();
    // Chromium without a screen calls every tab visible.
    const seen = (state: "hidden" | "visible") =>
      `Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true });
       document.dispatchEvent(new Event("visibilitychange"))`;
    const tabs = [];
    for (let tab = 0; tab < 9; tab++) {
      const page = await context.newPage();
      const streaming = page.waitForRequest(/api\/live/);
      await page.goto(viewer.url);
      await page.locator("main h1").first().waitFor();
      await streaming;
      await page.evaluate(seen("hidden"));
      tabs.push(page);
    }
    const again = tabs[0]!.waitForRequest(/api\/live/);
    const anew = tabs[0]!.waitForRequest(/api\/project/);
    await tabs[0]!.evaluate(seen("visible"));
    await Promise.all([again, anew]);
  } finally {
    viewer.close();
    await browser.close();
  }
});

/** The project is there once the run has begun. */
async function startedViewer(project: string, hasEnded: () => boolean) {
  while (!hasEnded()) {
    const viewer = await startViewer(project, { says: false }).catch(() => undefined);
    if (viewer) return viewer;
    await wait(200);
  }
  throw new Error("the run ended before there was anything to see");
}
