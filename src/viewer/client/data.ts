/**
 * Resources for the page, from one of two places: a server's `api/`, or the scripts of an exported folder (`api/exported.ts`).
 * What was loaded is kept until the store changes.
 */
import { createSubscriber } from "svelte/reactivity";
import { scriptOf } from "../api/exported.ts";
import type { Problem } from "../api/shared.ts";
import type { Path } from "./paths.ts";

/** Whether the page is in an exported folder. There is no server, nothing changes, and search is the page's own. */
export const isExported = document.documentElement.hasAttribute("data-exported");

/** How many resources are kept; the one that was used longest ago goes first. */
const KEPT = 60;

const kept = new Map<string, Promise<unknown>>();

/** What `path` holds. Rejects with an Error whose message is the answer's problem. */
export function load<T>(path: Path<T>): Promise<T> {
  const loading = kept.get(path) ?? (isExported ? fromScript(path) : fromServer(path));
  kept.delete(path);
  kept.set(path, loading);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  loading.catch(() => kept.get(path) === loading && kept.delete(path));
  // The path says the shape: both sides take it from api/.
  return loading as Promise<T>;
}

async function fromServer(path: string): Promise<unknown> {
  const response = await fetch(`api/${path}`, { headers: { accept: "application/json" } }).catch(() => null);
  if (!response) throw new Error("The server does not answer. Is `gleaner view` still running?");
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  const problem = (body as Partial<Problem> | null)?.error;
  throw new Error(problem ?? `The server answered ${response.status} to ${path}.`);
}

declare global {
  interface Window {
    /** Called by each script of an exported folder. */
    gleanerData: (path: string, json: string) => void;
  }
}

const arrived = new Map<string, string>();
if (isExported) window.gleanerData = (path, json) => arrived.set(path, json);

async function fromScript(path: string): Promise<unknown> {
  const script = document.createElement("script");
  script.src = `data/${scriptOf(path)}`;
  const loaded = new Promise<void>((resolve) => {
    script.onload = () => resolve();
    script.onerror = () => resolve();
  });
  document.head.append(script);
  await loaded;
  script.remove();
  const json = arrived.get(path);
  arrived.delete(path);
  if (json === undefined) throw new Error("This exported folder does not hold it. Look at it with `gleaner view`.");
  return JSON.parse(json);
}

let version = 0;
let changed = () => {};
const subscribe = createSubscriber((update) => {
  changed = update;
});

/** Counts the changes of the store. Read in an effect, it runs the effect again when there is something new. */
export function dataVersion(): number {
  subscribe();
  return version;
}

/** The store has something new: whatever is on the screen is loaded again. */
export function forget(): void {
  kept.clear();
  version += 1;
  changed();
}
