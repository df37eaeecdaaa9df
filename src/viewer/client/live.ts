/** What runs that are under way say of themselves, as the server sends it. An exported folder has nothing to say. */
import { createSubscriber } from "svelte/reactivity";
import type { Progress } from "../api/project.ts";
import { forget, isExported } from "./data.ts";

/** A run stores something all the time, and the page need not load everything as often. */
const FORGET_EVERY_MS = 3_000;

let latest: readonly Progress[] | null = null;
let waiting: ReturnType<typeof setTimeout> | undefined;
let forgotAt = -FORGET_EVERY_MS;

/** At once, or as soon as it may again. */
function forgetSoon(): void {
  if (waiting !== undefined) return;
  waiting = setTimeout(
    () => {
      [waiting, forgotAt] = [undefined, performance.now()];
      forget();
    },
    Math.max(0, forgotAt + FORGET_EVERY_MS - performance.now()),
  );
}

const subscribe = createSubscriber((update) => {
  if (isExported) return;
  // It connects again by itself after the server was away.
  const events = new EventSource("api/live");
  events.addEventListener("progress", (event) => {
    latest = JSON.parse((event as MessageEvent<string>).data) as Progress[];
    update();
  });
  events.addEventListener("changed", forgetSoon);
  return () => events.close();
});

/** The progress of `run`: what came last, else `known`, which came with the project; null if nobody works on it. */
export function progressOf(run: string, known: Progress | null): Progress | null {
  subscribe();
  return latest === null ? known : (latest.find((progress) => progress.run === run) ?? null);
}
