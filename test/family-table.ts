/**
 * README's table of the families of models that can be trained, made of the wide table in docs/templates.md, which
 * test/real/templates.test.ts writes. Run alone, this writes it into README.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A family of models: its chat templates, as the wide table names them, newest first. */
interface Family {
  readonly name: string;
  /** All of these; README tells what all of them can. */
  readonly templates: readonly string[];
  /** Of earlier versions of the same checkpoints. */
  readonly older?: readonly string[];
}

export const FAMILIES: readonly Family[] = [
  { name: "Qwen2.5 and Qwen3-Instruct-2507", templates: ["qwen2_5", "qwen3_instruct_2507"] },
  { name: "Qwen3", templates: ["qwen3"] },
  { name: "Qwen3.5", templates: ["qwen3_5_think"] },
  { name: "Qwen3.5 without thoughts", templates: ["qwen3_5_nothink"] },
  { name: "Qwen3.6", templates: ["qwen3_6"] },
  { name: "Qwen3.8", templates: ["qwen3_8"] },
  { name: "Llama 3", templates: ["llama3"] },
  { name: "Llama 3.1 and 3.2", templates: ["llama3_1", "llama3_2"] },
  { name: "Gemma 1–3", templates: ["gemma", "gemma3"] },
  { name: "Gemma 4", templates: ["gemma4_v5"], older: ["gemma4", "gemma4_v2", "gemma4_v3", "gemma4_v4"] },
  { name: "Diffusion Gemma", templates: ["diffusion_gemma"] },
  { name: "gpt-oss", templates: ["gptoss"] },
  { name: "GLM-4.5", templates: ["glm4moe"] },
  { name: "DeepSeek V3", templates: ["deepseekv3"] },
  { name: "DeepSeek R1-Distill", templates: ["deepseek_r1_distill"] },
  {
    name: "Nemotron 3",
    templates: ["nemotron_3_5_lightning", "nemotron_3_nano", "nemotron_3_super", "nemotron_3_ultra"],
  },
  { name: "LFM2", templates: ["lfm2_v2"], older: ["lfm2"] },
  { name: "LFM2.5", templates: ["lfm2_2_5_v2"], older: ["lfm2_2_5"] },
  { name: "Phi-3 and 3.5", templates: ["phi3", "phi3_5"] },
  { name: "Command R (Cohere)", templates: ["cohere", "cohere2"] },
  { name: "Muse Glimmer", templates: ["muse_glimmer"] },
];

/** How much of one kind of conversations is accepted, and as how many rows each. */
interface Accepted {
  readonly percent: number;
  /** On average; 1: each is one row. */
  readonly rows: number;
}

export interface WideTable {
  /** Kinds of conversations. */
  readonly kinds: readonly string[];
  /** By template: a row for each choice of its variables. */
  readonly byTemplate: ReadonlyMap<string, readonly (readonly Accepted[])[]>;
}

/** The wide table of docs/templates.md, whose text is `page`. */
export function wideTable(page: string): WideTable {
  const [head, , ...rows] = between(page, "table").trim().split("\n").map(cellsOf);
  const byTemplate = new Map<string, (readonly Accepted[])[]>();
  for (const [name, ...cells] of rows) {
    const template = name!.split(",")[0]!;
    byTemplate.set(template, [...(byTemplate.get(template) ?? []), cells.map(acceptedIn)]);
  }
  return { kinds: head!.slice(1), byTemplate };
}

/** `100`, `75 (1.8 rows)`, `–`. */
function acceptedIn(cell: string): Accepted {
  const found = /^(?:–|(\d+)(?: \((\d+\.\d) rows\))?)$/.exec(cell);
  if (!found) throw new Error(`expected a cell of docs/templates.md, found ${JSON.stringify(cell)}`);
  const [, percent = "0", rows = "1"] = found;
  return { percent: Number(percent), rows: Number(rows) };
}

/** README's columns. A family of which nothing is accepted stands in none of them. */
const COLUMNS = ["one row", "several rows", "in part"] as const;

/** The table between its marks in README: a row for each kind of conversation. */
export function familyTable(page: string): string {
  const { kinds, byTemplate } = wideTable(page);
  const lines = kinds.map((kind, at) => {
    const families = FAMILIES.map(({ name, templates }) => {
      const best = templates.map((template) => bestOf(byTemplate.get(template)!.map((row) => row[at]!)));
      return { name, accepted: best.reduce((worst, each) => (isBetter(worst, each) ? each : worst)) };
    });
    const cells = COLUMNS.map((column) => {
      const here = families.filter(({ accepted }) => columnOf(accepted) === column);
      return here.map(({ name, accepted }) => `${name}${figures(accepted)}`).join(" · ") || "–";
    });
    return `| ${[kind === "text" ? "answers" : kind, ...cells].join(" | ")} |`;
  });
  return `| what is trained | ${COLUMNS.join(" | ")} |\n|---|${COLUMNS.map(() => "---|").join("")}\n${lines.join("\n")}\n`;
}

const bestOf = (choices: readonly Accepted[]) => choices.reduce((best, each) => (isBetter(each, best) ? each : best));

/** More is accepted, or as much in fewer rows. */
const isBetter = (one: Accepted, other: Accepted) =>
  one.percent > other.percent || (one.percent === other.percent && one.rows < other.rows);

function columnOf({ percent, rows }: Accepted): (typeof COLUMNS)[number] | undefined {
  if (percent === 0) return undefined;
  if (percent < 100) return "in part";
  return rows === 1 ? "one row" : "several rows";
}

/** ` (1.8)`, ` (34 %)`, ` (34 %, 1.8)`: only what the column does not say. */
function figures({ percent, rows }: Accepted): string {
  const told = [...(0 < percent && percent < 100 ? [`${percent} %`] : []), ...(rows > 1 ? [rows.toFixed(1)] : [])];
  return told.length > 0 ? ` (${told.join(", ")})` : "";
}

const cellsOf = (line: string) =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

const marks = (name: string) => new RegExp(`(<!-- ${name} -->\\n)([\\s\\S]*?)(<!-- end -->)`);

/** What stands between `<!-- name -->` and `<!-- end -->`. */
export function between(text: string, name: string): string {
  const found = marks(name).exec(text)?.[2];
  if (found === undefined) throw new Error(`expected <!-- ${name} --> and <!-- end -->`);
  return found;
}

if (import.meta.main) {
  const root = join(import.meta.dirname, "..");
  const readme = join(root, "README.md");
  const table = familyTable(readFileSync(join(root, "docs", "templates.md"), "utf8"));
  const text = readFileSync(readme, "utf8");
  writeFileSync(
    readme,
    text.replace(marks("families"), (_, before, __, after) => `${before}${table}${after}`),
  );
}
