/** No world: chats are kept as their logs have them, and a task is whatever the log calls one. */
import type { Benchmark } from "../../core/environment.ts";
import { fingerprint } from "../../core/ids.ts";
import { safeKey, type World } from "./world.ts";

/** The name that stands for it among the environments. */
export const NONE = "none";

/** What is known without a world. `successReturn`: the reward at or above which an episode is won. */
export function noWorld({ successReturn }: Pick<Benchmark, "successReturn">): World {
  return {
    benchmark: NONE,
    beginning: "a message of the user",
    isTelling: false,
    keepsChats: true,
    opening: () => undefined,
    normalize: (observation) => observation,
    // A name becomes part of an id, and ids go into paths and command lines.
    taskKey: (name) => (name.trim() === "" ? undefined : (safeKey(name) ?? `task-${fingerprint(name)}`)),
    describeTask: () => ({ split: "train", category: "logged" }),
    resultOf: (earned) => ({
      claimed: earned >= successReturn ? "won" : "lost",
      end: { return: earned, terminated: true },
    }),
  };
}
