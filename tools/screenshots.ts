/**
 * `npm run screenshots`: pictures of the viewer for the documentation, in docs/pictures/, from a small run that is made anew. They are
 * small PNGs of a fixed set of views; what else is in the folder goes.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { look, openBrowser, PHONE, startViewer } from "../test/viewer-browser.ts";
import { OTHER, SMALL, smallProject } from "../test/viewer-projects.ts";
import { type ViewName, viewsOf } from "../test/viewer-views.ts";

const PICTURES = join(import.meta.dirname, "..", "docs", "pictures");
const VIEWPORT = { width: 1200, height: 760 };

const SHOWN: readonly ViewName[] = ["overview", "expert", "tasks", "trunk", "transcript", "row", "diff", "flips"];

const folder = mkdtempSync(join(tmpdir(), "gleaner-screenshots-"));
try {
  const project = join(folder, "workshop");
  await smallProject(project);
  const viewer = await startViewer(project);
  const browser = await openBrowser();
  try {
    const views = await viewsOf(viewer.url, SMALL, OTHER);
    rmSync(PICTURES, { recursive: true, force: true });
    mkdirSync(PICTURES, { recursive: true });
    const shot = async (view: ViewName, name: string, how: Partial<Parameters<typeof look>[1]>) => {
      const { page, open, context } = await look(browser, { from: viewer.url, viewport: VIEWPORT, ...how });
      await open(viewer.url + views[view]);
      await page.screenshot({ path: join(PICTURES, `${name}.png`) });
      await context.close();
    };
    for (const view of SHOWN) await shot(view, `viewer-${view}`, {});
    await shot("expert", "viewer-expert-dark", { colorScheme: "dark" });
    await shot("transcript", "viewer-transcript-phone", { viewport: PHONE });
  } finally {
    await browser.close();
    viewer.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
