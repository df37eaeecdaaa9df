/** An OpenEnv server on the command line: `--env openenv:http://127.0.0.1:8000`. */
import { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import { fingerprint } from "../../core/ids.ts";
import type { EnvironmentEntry } from "../entry.ts";
import { rangeOfNumbers, serverOptions } from "../served/options.ts";
import { openenvWorld } from "./index.ts";

const count = z
  .number()
  .int()
  .positive()
  .max(...atMost("generatedTasks"));
const reset = z.record(z.string(), z.json());
const split = z.string().min(1);

const schema = z
  .strictObject({
    ...serverOptions(),
    /** Tasks are seeds: so many, or by split those from one number to before another. */
    seeds: z.union([count, z.record(split, rangeOfNumbers)]).optional(),
    /** Tasks are what a reset is given: a list, or by split a list. */
    resets: z.union([z.array(reset).nonempty(), z.record(split, z.array(reset).nonempty())]).optional(),
    /** The goal of every task. */
    instruction: z.string().min(1).optional(),
    /** The system prompt. */
    instructions: z.string().min(1).optional(),
    /** The field of an action that is the text; of an observation that is the text; and of one that lists actions. */
    actionField: z.string().min(1).optional(),
    observationField: z.string().min(1).optional(),
    actionsField: z.string().min(1).optional(),
    successReturn: z.number().default(1),
    restore: z.enum(["state", "replay", "none"]).optional(),
  })
  .refine(({ seeds, resets }) => seeds === undefined || resets === undefined, {
    message: "expected seeds or resets, got both",
    path: ["resets"],
  });

export const openenv: EnvironmentEntry<z.infer<typeof schema>> = {
  summary: "a world behind an OpenEnv server: --env openenv:http://127.0.0.1:8000",
  schema,
  paths: [],
  addresses: ["url", "apiKeyEnv"],
  machine: ["sessions", "timeout"],
  // The first, where the server is gleaner's.
  ways: ["state", "replay"],
  async open(options) {
    const { resets, instruction, instructions, actionField, observationField, actionsField, successReturn } = options;
    const texts = { instruction, instructions, actionField, observationField, actionsField };
    return { ...(await openenvWorld(options)), variant: fingerprint({ resets, successReturn, ...texts }) };
  },
};
