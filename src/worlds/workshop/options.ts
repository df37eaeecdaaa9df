/** The built-in workshop on the command line. */
import { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import type { EnvironmentEntry } from "../entry.ts";
import { workshop as openWorkshop } from "./index.ts";

const positive = z.number().int().positive();

const schema = z.strictObject({
  kind: z.enum(["front", "back", "any"]).default("front"),
  ruin: z.enum(["ends", "silent", "off"]).default("ends"),
  lengths: z.array(z.number().int().min(1).max(6)).nonempty().optional(),
  trainTasks: positive.max(...atMost("generatedTasks")).default(400),
  testTasks: positive.max(...atMost("generatedTasks")).default(600),
  maxSteps: positive.max(...atMost("maxSteps")).default(30),
  seed: z.number().int().nonnegative().default(0),
});

export const workshop: EnvironmentEntry<z.infer<typeof schema>> = {
  summary: "built in: orders for a workshop, no data needed",
  schema,
  paths: [],
  isGenerated: () => true,
  open: async (options) => openWorkshop(options),
};
