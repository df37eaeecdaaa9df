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
    gleanerData: (script: string, base64: string) => void;
  }
}

/** What a script holds, by path. */
type Held = ReadonlyMap<string, unknown>;

/** How many scripts are kept: a trajectory's decisions are in one. */
const KEPT_SCRIPTS = 8;

const arrived = new Map<string, string>();
const scripts = new Map<string, Promise<Held>>();
if (isExported) window.gleanerData = (script, base64) => arrived.set(script, base64);

async function fromScript(path: string): Promise<unknown> {
  const name = scriptOf(path);
  const loading = scripts.get(name) ?? heldIn(name);
  scripts.delete(name);
  scripts.set(name, loading);
  if (scripts.size > KEPT_SCRIPTS) scripts.delete(scripts.keys().next().value!);
  const held = await loading;
  if (!held.has(path)) throw new Error("This exported folder does not hold it. Look at it with `gleaner view`.");
  return held.get(path);
}

/** Nothing where there is no such script. */
async function heldIn(name: string): Promise<Held> {
  const script = document.createElement("script");
  script.src = `data/${name}`;
  const loaded = new Promise<void>((resolve) => {
    script.onload = () => resolve();
    script.onerror = () => resolve();
  });
  document.head.append(script);
  await loaded;
  script.remove();
  const base64 = arrived.get(name);
  arrived.delete(name);
  return new Map(base64 === undefined ? [] : await unpacked(base64));
}

async function unpacked(base64: string): Promise<[string, unknown][]> {
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** `path` is loaded anew the next time: what it gave was not all that there is. */
export function forgetPath(path: string): void {
  kept.delete(path);
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
