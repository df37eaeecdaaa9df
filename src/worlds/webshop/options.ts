/** WebShop on the command line: its official files, checked; the generated catalogue where there are none. */
import { join, resolve } from "node:path";
import { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import { CliError } from "../../core/errors.ts";
import type { Finding } from "../../installs/finding.ts";
import type { EnvironmentEntry } from "../entry.ts";
import type { SetFinding } from "./catalogue/index.ts";
import { webshop as openWebshop } from "./index.ts";
import { PRESETS } from "./presets.ts";
import { OBSERVATIONS } from "./session/observations.ts";
import { skillOf } from "./skills.ts";

const positive = z.number().int().positive();

const schema = z.strictObject({
  data: z.string().optional(),
  generated: z
    .number()
    .int()
    .max(...atMost("products"))
    .optional(),
  products: z.union([z.literal("all"), positive.max(...atMost("products"))]).optional(),
  goals: z.enum(["synthetic", "human"]).optional(),
  seed: z.number().int().nonnegative().optional(),
  nouns: z.string().optional(),
  observation: z.enum(OBSERVATIONS).optional(),
  preset: z.enum(Object.keys(PRESETS)).optional(),
  showAttributes: z.boolean().optional(),
  maxSteps: positive.max(...atMost("maxSteps")).optional(),
});
type Options = z.infer<typeof schema>;

/** undefined: nobody said where. */
const folderOf = (data?: string) => data ?? process.env.GLEANER_WEBSHOP_DATA;

const WHERE_FROM = `WebShop's files come from its repository, princeton-nlp/WebShop (MIT). Run the downloads in its setup.sh, or
follow the links in its README. The small set is items_shuffle_1000.json, items_ins_v2_1000.json and
items_human_ins.json. The full set is items_shuffle.json, items_ins_v2.json and items_human_ins.json. Each file may be
gzipped. gleaner does not fetch them: they are on file hosts with quotas, and are not ours to copy. You need no Python,
no Java and no search engine. To try WebShop without data, generate a catalogue: gleaner play webshop --generated 1000`;

export const webshop: EnvironmentEntry<Options> = {
  summary: "WebShop, reproduced exactly; needs its product files (--data) or generates products (--generated 1000)",
  schema,
  paths: ["data", "nouns"],
  isGenerated: ({ generated }) => generated !== undefined,
  skill: skillOf,
  async open({ data, nouns, generated, ...options }) {
    const isTable = nouns !== undefined && nouns !== "heuristic";
    const table = { ...(nouns !== undefined && { nouns: isTable ? resolve(nouns) : nouns }) };
    if (generated !== undefined) {
      if (data !== undefined) throw new CliError("webshop: expected data or generated, got both");
      // One seed for the whole shop: what it sells, its prices and what customers want.
      return openWebshop({ ...options, ...table, generated: { products: generated, seed: options.seed ?? 0 } });
    }
    const folder = folderOf(data);
    if (folder === undefined) {
      const how =
        "expected --data DIR (see gleaner env install webshop) or --generated 1000 (products, no data needed)";
      throw new CliError(`webshop: ${how}`);
    }
    return openWebshop({ ...options, ...table, data: resolve(folder) });
  },
  async findings(data) {
    const folder = folderOf(data);
    const base = { what: "WebShop files", isNeeded: false } as const;
    const advice = "`gleaner env install webshop` says where to get it; a generated catalogue needs no data";
    if (folder === undefined) return [{ ...base, state: "missing", found: "no folder given", advice }];
    const { inspectData } = await import("./catalogue/index.ts");
    // Reading gigabytes is what `env install` is for.
    const { files, sets } = await inspectData(resolve(folder), { read: false });
    const there = files.filter(({ path }) => path !== null);
    if (there.length === 0) return [{ ...base, state: "missing", found: `none in ${folder}`, advice }];
    const problems = sets.flatMap(({ problems }) => problems);
    const found = there.map(({ name, bytes }) => `${name} ${sizeOf(bytes)}`).join(", ");
    return [{ ...base, state: "ok", found, advice: problems.join("; ") } satisfies Finding];
  },
  async install({ data, say }) {
    const given = folderOf(data);
    if (given === undefined)
      return { text: `${WHERE_FROM}\n\nThen check what you have: gleaner env install webshop --data DIR` };
    const folder = resolve(given);
    const { inspectData } = await import("./catalogue/index.ts");
    say(`reading ${folder} …`);
    const { files, sets } = await inspectData(folder);
    const rows = files.map(({ name, bytes, sha256 }) => [
      name,
      bytes === null ? "missing" : sizeOf(bytes),
      sha256 ?? "",
    ]);
    const usable = sets.filter(({ counts }) => counts);
    const next = usable.length === 0 ? ["", WHERE_FROM] : [`Use it: gleaner env webshop --data ${join(given)}`];
    return {
      files: { head: ["file", "size", "sha256"], rows },
      text: [...sets.flatMap(setLines), ...next].join("\n"),
    };
  },
};

const sizeOf = (bytes: number | null) => `${Math.ceil((bytes ?? 0) / 1000).toLocaleString("en-US")} kB`;

const NAMES: Readonly<Record<SetFinding["set"], string>> = { "1000": "the small set", all: "the full set" };

function setLines({ set, counts, problems }: SetFinding): string[] {
  if (!counts && problems.length === 0) return [];
  const whole = (value: number) => value.toLocaleString("en-US");
  const lines = counts
    ? [
        `${NAMES[set]}: ${whole(counts.products)} products, ${whole(counts.instructions)} with an instruction`,
        ...(["synthetic", "human"] as const).map(
          (kind) => `  ${whole(counts.goals[kind])} ${kind} goals, splits: ${counts.splits[kind].join(", ") || "none"}`,
        ),
        counts.hasOfficialHumanGoals
          ? "  the human goals are the official ones: test 0–499, eval 500–1,499, train 1,500–12,086"
          : "  fewer human goals than the official 12,087, so the official splits do not apply",
      ]
    : [`${NAMES[set]}: cannot be used`];
  return [...lines, ...problems.map((problem) => `  ! ${problem}`)];
}
