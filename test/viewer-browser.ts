/** The viewer in a real browser, for tests and pictures: Chromium as Debian has it, `gleaner view` as a user starts it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, type BrowserContext, chromium, type Page, type Request } from "playwright-core";
import { ROOT } from "./command.ts";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const browserPath = process.env.GLEANER_CHROMIUM ?? BROWSERS.find((path) => existsSync(path));

/** The `skip` option of a test that needs a browser: a reason, or false. In CI it fails instead. */
export const skipWithoutBrowser: string | false =
  browserPath || process.env.CI ? false : "needs Chromium (apt-get install chromium, or GLEANER_CHROMIUM)";

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserPath ?? "chromium", args: ["--no-sandbox"] });

/** What a file of tests opened is closed where its beginning fails, too: else its process would never end. */
export async function begin(work: () => Promise<void>, end: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await end();
    throw error;
  }
}

export interface Serving {
  readonly url: string;
  close(): void;
}

/** Starts `gleaner view` on a project and waits until it says where the page is. `says`: whether its errors are shown. */
export async function startViewer(project: string, { says = true } = {}): Promise<Serving> {
  const args = [join(ROOT, "bin", "gleaner.js"), "view", "--port", "0", "--project", project];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", says ? "inherit" : "ignore"] });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(line)?.[0];
    if (url) return { url, close: () => void child.kill("SIGKILL") };
  }
  throw new Error("gleaner view ended without saying where the page is");
}

export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 380, height: 760 };

/** Before something that does not come is a failure; machines that test are busy. */
const PATIENCE_MS = 20_000;

export interface Looking {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: "light" | "dark";
  /** Only addresses that begin so are asked for. */
  readonly from: string;
}

export interface Looked {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong so far: errors in the console, broken rules of the page's policy, requests to elsewhere. */
  readonly problems: readonly string[];
  /** Opens an address and waits until the view is there. */
  open(address: string): Promise<void>;
  /** Waits until everything that was asked for is there and drawn. */
  settled(): Promise<void>;
}

/** A page that notes everything that should not happen. Nothing reaches the network. */
export async function look(
  browser: Browser,
  { from, viewport = WIDE, colorScheme = "light" }: Looking,
): Promise<Looked> {
  const context = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const problems: string[] = [];
  await context.route(
    (address) => !address.href.startsWith(from),
    (route) => {
      problems.push(`a request to ${route.request().url()}`);
      return route.abort();
    },
  );
  // Addresses of no server (`data:`, `javascript:`) pass routes by; so do workers and sockets.
  page.on("request", (request) => {
    if (!request.url().startsWith(from)) problems.push(`a request to ${request.url().slice(0, 200)}`);
  });
  page.on("websocket", (socket) => problems.push(`a socket to ${socket.url()}`));
  page.on("pageerror", (error) => problems.push(`an error: ${error.message}`));
  page.on("dialog", (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      problems.push(`${message.type()}: ${message.text()}`);
  });
  const asked = new Set<Request>();
  page.on("request", (request) => request.resourceType() !== "eventsource" && asked.add(request));
  page.on("requestfinished", (request) => asked.delete(request));
  page.on("requestfailed", (request) => asked.delete(request));
  const settled = async () => {
    await page.locator("main h1").first().waitFor();
    for (let quiet = 0; quiet < 3; ) {
      await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
      quiet = asked.size === 0 ? quiet + 1 : 0;
    }
  };
  const open = async (address: string) => {
    await page.goto(address);
    await settled();
  };
  return { page, context, problems, open, settled };
}

const AXE = readFileSync(join(ROOT, "node_modules", "axe-core", "axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Serious and critical faults that axe-core finds, a line each. */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  // It would fetch style sheets again, which a folder on a disk may not.
  const run = 'axe.run(document, { preload: false, resultTypes: ["violations"] }).then(({ violations }) => violations)';
  const violations: readonly Violation[] = await page.evaluate(run);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${impact} ${id}: ${html} ${failureSummary}`),
    );
}

/** The page as a whole must not scroll to the side; boxes in it may. */
export async function expectNoSideScroll(page: Page): Promise<void> {
  const sizes: readonly [number, number] = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
  assert(sizes[0] <= sizes[1], `${page.url()}: ${sizes[0]} pixels in a window of ${sizes[1]}`);
}
