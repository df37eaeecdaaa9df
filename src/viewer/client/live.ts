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
  let events: EventSource | undefined;
  let wasOpen = false;
  const listen = () => {
    // It connects again by itself after the server was away.
    events = new EventSource("api/live");
    events.addEventListener("open", () => {
      // What changed in between nobody said.
      if (wasOpen) forgetSoon();
      wasOpen = true;
    });
    events.addEventListener("progress", (event) => {
      latest = JSON.parse((event as MessageEvent<string>).data) as Progress[];
      update();
    });
    events.addEventListener("changed", forgetSoon);
  };
  const end = () => {
    events?.close();
    events = undefined;
  };
  // A browser keeps six connections to a server, for all its tabs together: with a stream in each, the seventh tab would stay empty.
  const listenWhileSeen = () => {
    if (document.visibilityState === "hidden") end();
    else if (!events) listen();
  };
  document.addEventListener("visibilitychange", listenWhileSeen);
  listenWhileSeen();
  return () => {
    document.removeEventListener("visibilitychange", listenWhileSeen);
    end();
  };
});

/** Hears what is new for as long as the effect lives that calls it: every view is loaded again when the store has changed. */
export const hearNews = (): void => subscribe();

/** The progress of `run`: what came last, else `known`, which came with the project; null if nobody works on it. */
export function progressOf(run: string, known: Progress | null): Progress | null {
  subscribe();
  return latest === null ? known : (latest.find((progress) => progress.run === run) ?? null);
}
