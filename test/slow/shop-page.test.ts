/** A person shops in a real browser: `gleaner play webshop` on the generated catalogue, driven through Chromium. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { chromium, type Locator } from "playwright-core";
import { openSqlite } from "../../src/store/sqlite.ts";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const browserPath = process.env.GLEANER_CHROMIUM ?? BROWSERS.find((path) => existsSync(path));
const skip = browserPath || process.env.CI ? false : "needs Chromium (apt-get install chromium, or GLEANER_CHROMIUM)";

test("a person searches, looks, chooses, buys, and is recorded as an expert", { skip }, async () => {
  const project = mkdtempSync(join(tmpdir(), "gleaner-shop-"));
  const gleaner = join(import.meta.dirname, "..", "..", "bin", "gleaner.js");
  const args = ["play", "webshop", "--generated", "300", "--project", project, "--name", "tester", "--out", "mine"];
  const child = spawn(process.execPath, [gleaner, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const url = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//.exec((await lines.next()).value ?? "")?.[0];
  assert(url, "the first line says where the shop is");
  const browser = await chromium.launch({ executablePath: browserPath!, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("request", (request) => {
      if (!request.url().startsWith(url)) problems.push(`a request to ${request.url()}`);
    });
    // Every button of the shop loads a page: wait for the new one, so that nothing is read from, or done to, the old one.
    const press = (button: Locator) => Promise.all([page.waitForEvent("load"), button.click()]);
    const button = (name: string) => page.getByRole("button", { name });
    await page.goto(url);
    const wish = (await page.locator(".wish p").textContent()) ?? "";
    assert(wish.length > 10, "the customer's wish is shown");
    await page.getByRole("textbox").fill(wish);
    await press(button("Search"));
    assert.match((await page.locator("h1").textContent()) ?? "", /^Page 1 \(Total results: \d+\)$/);
    assert((await page.locator(".results li").count()) >= 1);
    const title = await page.locator(".results h3").first().textContent();
    await press(button("View").first());
    assert.equal(await page.locator("h1").textContent(), title);
    const option = page.locator("button.choice").first();
    if ((await option.count()) > 0) {
      const value = await option.textContent();
      await press(option);
      assert.equal(await page.locator("button.chosen").textContent(), value);
    }
    await press(button("Description"));
    await press(button("< Prev"));
    await press(button("Buy Now"));
    const score = Number(await page.locator(".score").textContent());
    assert(score >= 0 && score <= 1);
    await press(button("Next customer"));
    assert.notEqual(await page.locator(".wish p").textContent(), wish, "another task");
    await page.getByRole("textbox").fill("lamp");
    await press(button("Search"));
    await page.goBack();
    assert.match((await page.locator("h1").textContent()) ?? "", /^Page 1/, "going back shows where the episode is");
    assert.deepEqual(problems, []);
    child.kill("SIGINT");
    await exit;
    const repository = openSqlite(join(project, "store.sqlite"));
    const [id, ...others] = repository.trajectoriesOf("mine");
    assert(id && others.length === 0, "the finished episode is recorded, the open one is not");
    const trajectory = repository.trajectory(id)!;
    assert.equal(trajectory.policy, "human/tester");
    assert.equal(trajectory.steps[0]!.action, `search[${wish}]`);
    assert.equal(trajectory.return.toFixed(2), score.toFixed(2));
    assert.equal(trajectory.outcome.kind, "terminated");
    repository.close();

    // From a state of this episode: the shop opens on the page that was seen there.
    const from = ["play", "webshop", "--project", project, "--name", "second", "--from", `${id}:1`];
    const second = spawn(process.execPath, [gleaner, ...from], { stdio: ["ignore", "pipe", "inherit"] });
    const secondExit = once(second, "exit");
    const secondLines = createInterface({ input: second.stdout })[Symbol.asyncIterator]();
    const secondUrl = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//.exec((await secondLines.next()).value ?? "")?.[0];
    const shop = await browser.newPage();
    await shop.goto(secondUrl!);
    assert.equal(await shop.locator(".wish p").textContent(), wish);
    assert.match((await shop.locator("h1").textContent()) ?? "", /^Page 1 /, "the results of the search that was done");
    await Promise.all([shop.waitForEvent("load"), shop.getByRole("button", { name: "View" }).first().click()]);
    await Promise.all([shop.waitForEvent("load"), shop.getByRole("button", { name: "Buy Now" }).click()]);
    await shop.locator(".score").waitFor();
    second.kill("SIGINT");
    await secondExit;
    const again = openSqlite(join(project, "store.sqlite"));
    const [forked] = again.trajectoriesOf("play-from-mine").map((each) => again.trajectory(each)!);
    assert.deepEqual([forked!.fork, forked!.policy], [{ from: id, step: 1 }, "human/second"]);
    assert.equal(forked!.steps[0]!.action, `search[${wish}]`);
    again.close();
  } finally {
    await browser.close();
    child.kill("SIGKILL");
    rmSync(project, { recursive: true, force: true });
  }
});
