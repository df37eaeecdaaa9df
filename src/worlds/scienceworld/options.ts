/** ScienceWorld on the command line: the real simulator, where it was installed, and what is missing. */
import { resolve } from "node:path";
import { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import { type EnvironmentEntry, listOf } from "../entry.ts";
import { EXTRAS } from "./extras.ts";
import { NEWEST, RELEASES } from "./files.ts";
import { scienceworld as openScienceworld } from "./index.ts";
import { SCORINGS } from "./scoring.ts";
import { STEP_LIMITS } from "./tasks.ts";

const positive = z.number().int().positive();

const schema = z.strictObject({
  /** Where it was installed, if not in the user's cache. */
  data: z.string().optional(),
  version: z.enum(Object.keys(RELEASES)).default(NEWEST),
  simplifications: z.union([z.string(), z.array(z.string()).transform((names) => names.join(","))]).default("none"),
  tasks: listOf(z.string()).optional(),
  variations: positive.max(...atMost("tasks")).optional(),
  maxSteps: positive.max(...atMost("maxSteps")).optional(),
  stepLimits: z.enum(STEP_LIMITS).default("own"),
  scoring: z.enum(SCORINGS).default("final"),
  info: listOf(z.enum(EXTRAS)).optional(),
  processes: positive.max(...atMost("processes")).optional(),
  heapMb: positive.max(...atMost("megabytes")).optional(),
  timeoutMs: positive.max(...atMost("milliseconds")).optional(),
  states: positive.max(...atMost("maxSteps")).optional(),
});
type Options = z.infer<typeof schema>;

const cacheOf = (data: string | undefined) => (data === undefined ? {} : { cache: resolve(data) });

export const scienceworld: EnvironmentEntry<Options> = {
  summary: "ScienceWorld, run by its own simulator; needs Java and `gleaner env install scienceworld`",
  schema,
  paths: ["data"],
  machine: ["processes", "heapMb", "timeoutMs", "states"],
  way: "copy",
  async open({ data, ...options }) {
    return openScienceworld({ ...options, ...cacheOf(data) });
  },
  findings: async (data) => (await import("./findings.ts")).scienceworldFindings(cacheOf(data).cache),
  async install({ data, version, wheel, say }) {
    const options = { ...cacheOf(data), ...(version && { version }), ...(wheel && { wheel }) };
    const { installScienceWorld } = await import("./install.ts");
    const { release, folder, java } = await installScienceWorld({ ...options, onProgress: (what) => say(`${what} …`) });
    const flags = [
      ...(data === undefined ? [] : [`--data ${data}`]),
      ...(release === NEWEST ? [] : [`--option version=${release}`]),
    ];
    const text = [
      `ScienceWorld ${release} is ready in ${folder}: JAR verified (sha256), Java ${java}`,
      `Use it: ${["gleaner env scienceworld", ...flags].join(" ")}`,
    ].join("\n");
    return { text };
  },
};
