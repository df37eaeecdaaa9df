/** `--env none` on the command line: logs are kept as they are. */
import { z } from "zod";
import type { EnvironmentEntry } from "../entry.ts";
import { withoutWorld } from "./index.ts";

const schema = z.strictObject({
  /** The reward at or above which an episode is won, where its log does not say so itself. */
  successAt: z.number().default(1),
  /** How episodes ended whose logs tell neither a reward nor a success. Absent: they are left out. */
  ended: z.enum(["won", "lost"]).optional(),
});

/** A kept action is calls, one on each line, or what the agent said. */
const CALL = /^([\w.:/-]+)\([\s\S]*\)\s*$/;

export const none: EnvironmentEntry<z.infer<typeof schema>> = {
  summary: "no world: logs are kept as they are, for statistics and training sets; nothing is replayed",
  schema,
  paths: [],
  skill: (action) => CALL.exec(action)?.[1] ?? "(a remark)",
  open: async ({ successAt }) => withoutWorld(successAt),
};
