/**
 * The viewer's server: read-only JSON at `/api/PATH` (resources.ts), what is new at `/api/live`, and the files of the built page.
 * Nothing else is there, and nothing can be written. guard.ts says who may ask.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { CliError, messageOf, StoreError } from "../core/errors.ts";
import { closed, listening } from "../servers/loopback.ts";
import type { Problem } from "./api/shared.ts";
import { guard } from "./guard.ts";
import { type LiveEvent, newLive } from "./live.ts";
import { requestOf, resourceOf } from "./resources.ts";
import type { View } from "./view.ts";

export interface ViewerOptions {
  readonly view: View;
  /** The folder with the built page: `index.html`, `page.js`, `page.css`. */
  readonly page: string;
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** What every request must bring; null: nothing is asked, for loopback. */
  readonly token: string | null;
  /** Hears of what went wrong while a request was answered and is no fault of the store: a mistake in this program. */
  fault(error: unknown): void;
}

export interface Viewer {
  /** Where the page is, without the token: `http://127.0.0.1:8700/`. */
  readonly url: string;
  /** Takes no more connections and ends those that are open. */
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 1_000;
/** Some proxies end a connection on which nothing comes. */
const HEARTBEAT_MS = 15_000;
/** How long a page waits before it connects again. */
const RETRY_MS = 2_000;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/** Rejects if the port is taken. */
export async function openViewer(options: ViewerOptions): Promise<Viewer> {
  const { host, port } = options;
  const app = viewerApp(options);
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  await listening(server, host, port);
  const { address, port: bound, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${bound}/`,
    close: () => closed(server),
  };
}

function viewerApp({ view, page, host, token, fault }: ViewerOptions): Hono {
  const live = newLive({ changes: view.changes, progress: view.progress, everyMs: LOOK_EVERY_MS });
  // Only these are ever read.
  const files = new Set(readdirSync(page).filter((name) => extname(name) in TYPES));
  const app = new Hono();
  app.use(guard({ host, token }));

  app.get("/api/live", (context) =>
    streamSSE(context, async (stream) => {
      // The last of each kind says all: a page that reads slowly, or not at all, must not fill the memory.
      const waiting = new Map<LiveEvent["event"], LiveEvent>();
      let wake = Promise.withResolvers<void>();
      const end = live.subscribe((event) => {
        waiting.set(event.event, event);
        wake.resolve();
      });
      const heartbeat = setInterval(() => wake.resolve(), HEARTBEAT_MS);
      stream.onAbort(() => wake.resolve());
      try {
        await stream.write(`retry: ${RETRY_MS}\n\n`);
        while (!stream.aborted && !stream.closed) {
          if (waiting.size === 0) await stream.write(":\n\n");
          const events = [...waiting.values()];
          waiting.clear();
          for (const event of events) await stream.writeSSE(event);
          if (waiting.size === 0) await wake.promise;
          wake = Promise.withResolvers<void>();
        }
      } finally {
        clearInterval(heartbeat);
        end();
      }
    }),
  );

  app.get("/api/*", async (context) => {
    context.header("Cache-Control", "no-store");
    const { pathname, search } = new URL(context.req.url);
    const found = await resourceOf(view, requestOf(`${pathname.slice("/api/".length)}${search}`));
    return found === null || found === undefined
      ? context.json(
          {
            error: "There is no such thing in this project: it was removed, or the address is incomplete.",
          } satisfies Problem,
          404,
        )
      : context.json(found);
  });

  app.get("/:file?", (context) => {
    const name = context.req.param("file") ?? "index.html";
    if (!files.has(name)) return context.notFound();
    context.header("Cache-Control", "no-cache");
    return context.body(readFileSync(join(page, name)), 200, { "Content-Type": TYPES[extname(name)]! });
  });

  app.notFound((context) => context.json({ error: "There is no such page." } satisfies Problem, 404));
  app.onError((error, context) => {
    const status = error instanceof CliError ? 400 : 500;
    const isKnown = error instanceof CliError || error instanceof StoreError;
    if (!isKnown) fault(error);
    const message = isKnown ? messageOf(error) : `the viewer has a fault: ${messageOf(error)}`;
    return context.json({ error: message } satisfies Problem, status);
  });
  return app;
}
