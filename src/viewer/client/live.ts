/** What runs that are under way say of themselves, as the server sends it. An exported folder has nothing to say. */
import { createSubscriber } from "svelte/reactivity";
import type { Progress } from "../api/project.ts";
import { forget, isExported } from "./data.ts";

let latest: readonly Progress[] | null = null;

const subscribe = createSubscriber((update) => {
  if (isExported) return;
  // It connects again by itself after the server was away.
  const events = new EventSource("api/live");
  events.addEventListener("progress", (event) => {
    latest = JSON.parse((event as MessageEvent<string>).data) as Progress[];
    update();
  });
  events.addEventListener("changed", forget);
  return () => events.close();
});

/** The progress of `run`: what came last, else `known`, which came with the project; null if nobody works on it. */
export function progressOf(run: string, known: Progress | null): Progress | null {
  subscribe();
  return latest === null ? known : (latest.find((progress) => progress.run === run) ?? null);
}
