/** ALFWorld on the command line: where its games are, and whether they are there. */
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import { type EnvironmentEntry, listOf } from "../entry.ts";
import { alfworld as openAlfworld } from "./index.ts";
import { TASKS } from "./kinds.ts";

const schema = z.strictObject({
  data: z.string().optional(),
  logic: z.string().optional(),
  maxSteps: z
    .number()
    .int()
    .positive()
    .max(...atMost("maxSteps"))
    .default(50),
  tasks: listOf(z.enum(TASKS)).optional(),
});

/** Where `alfworld-download` puts the games, unless GLEANER_ALFWORLD_DATA says otherwise. */
function folderOf(data?: string): string {
  return resolve(data ?? process.env.GLEANER_ALFWORLD_DATA ?? join(homedir(), ".cache", "alfworld", "json_2.1.1"));
}

export const alfworld: EnvironmentEntry<z.infer<typeof schema>> = {
  summary: "ALFWorld's household text games; needs its game files (--data)",
  schema,
  paths: ["data", "logic"],
  open({ data, logic, maxSteps, tasks }) {
    const oldLogic = logic ?? process.env.GLEANER_ALFWORLD_LOGIC;
    return openAlfworld({
      data: folderOf(data),
      maxSteps,
      ...(oldLogic && { logic: resolve(oldLogic) }),
      ...(tasks && { tasks }),
    });
  },
  async findings(data) {
    const folder = folderOf(data);
    const base = { what: "ALFWorld games", isNeeded: false } as const;
    const splits = ["train", "valid_seen", "valid_unseen", "valid_train"].filter((split) =>
      existsSync(join(folder, split)),
    );
    if (splits.length === 0) {
      const advice = "pip install alfworld && alfworld-download, or GLEANER_ALFWORLD_DATA=…/json_2.1.1";
      return [{ ...base, state: "missing", found: `none in ${folder}`, advice }];
    }
    const counts = splits.map((split) => `${split} (${readdirSync(join(folder, split)).length} task folders)`);
    return [{ ...base, state: "ok", found: counts.join(", "), advice: "" }];
  },
};
