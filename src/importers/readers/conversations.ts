/** What the readers of conversations that are written for one world each have in common. */
import type { LoggedEpisode, LogReader } from "../reader.ts";
import type { World } from "../worlds/world.ts";

/** `eto-webshop`: the format `name` in this world. */
export function conversationReader(name: string, world: World, read: (row: unknown) => LoggedEpisode): LogReader {
  return { name: `${name}-${world.benchmark}`, ...readerParts(world), read };
}

/** What a reader takes over from its world. */
export function readerParts({
  benchmark,
  normalize,
  goalOf,
  describeTask,
  contradiction,
  keepsChats,
  advice,
}: World): Omit<LogReader, "name" | "read"> {
  return {
    benchmark,
    normalize,
    ...(goalOf && { goalOf }),
    ...(describeTask && { describeTask }),
    ...(contradiction && { contradiction }),
    ...(keepsChats && { keepsChats }),
    ...(advice && { advice }),
  };
}

/** Whether gleaner's exporters wrote this id: a trajectory and a number, which name no task. */
export const isExported = (id: unknown): boolean => typeof id === "string" && /^[0-9a-f]{20}_\d+$/.test(id);
