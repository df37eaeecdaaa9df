/** What is new, for pages that are open: whether the store has changed, and how far runs are that are under way. */
import type { Progress } from "./api/project.ts";

/** An event of `live`, as server-sent events have it. */
export interface LiveEvent {
  readonly event: "progress" | "changed";
  readonly data: string;
}

export interface Live {
  /** Hears every event from now on, and at once the progress as it is. Returns what ends that. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
}

export interface LiveOptions {
  /** Differs once the store has changed. */
  readonly changes: () => number;
  readonly progress: () => readonly Progress[];
  /** Milliseconds between two looks. */
  readonly everyMs: number;
}

/** Looks only while somebody listens. What cannot be looked at says nothing: a page that asks is told the reason. */
export function newLive({ changes, progress, everyMs }: LiveOptions): Live {
  const listeners = new Set<(event: LiveEvent) => void>();
  let timer: NodeJS.Timeout | undefined;
  let lastChange: number | undefined;
  let lastProgress = "";

  const looked = (): LiveEvent[] => {
    const events: LiveEvent[] = [];
    const under = JSON.stringify(attempt(progress) ?? []);
    if (under !== lastProgress) events.push({ event: "progress", data: under });
    const change = attempt(changes);
    if (change !== undefined && lastChange !== undefined && change !== lastChange)
      events.push({ event: "changed", data: "" });
    lastProgress = under;
    lastChange = change ?? lastChange;
    return events;
  };
  const look = () => {
    for (const event of looked()) for (const listener of listeners) listener(event);
  };

  return {
    subscribe(listener) {
      if (listeners.size === 0) {
        lastChange = attempt(changes);
        timer = setInterval(look, everyMs);
        timer.unref();
      }
      listeners.add(listener);
      lastProgress = JSON.stringify(attempt(progress) ?? []);
      listener({ event: "progress", data: lastProgress });
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) clearInterval(timer);
      };
    },
  };
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
