/**
 * Exports of 100,000 demonstrations beside the least that could be written: JSON.stringify of the same messages, a line
 * each. CPU time, since what else the machine does should not count; the two are measured in turn. Then the proof of each
 * export against the set. Targets of token ids take 1,000 demonstrations of the same kind, with a token for each byte.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TrajectoryId } from "../src/core/ids.ts";
import { random } from "../src/core/random.ts";
import type { Demonstration, TrainingSet, WeightedMessage } from "../src/core/training.ts";
import { checkExport } from "../src/exporters/check.ts";
import { exportSet } from "../src/exporters/export.ts";
import type { Exporter } from "../src/exporters/exporter.ts";
import { EXPORTERS } from "../src/exporters/registry.ts";
import { openChatTokenizer } from "../src/tokenizers/chat-tokenizer.ts";
import { byteTokenizer } from "../test/byte-tokenizer.ts";
import { versionsOf } from "./parts/origin.ts";
import type { Findings } from "./parts/result.ts";

const ROWS = 100_000;
const TOKEN_ROWS = 1_000;
const TURNS = 6;
const WORDS = "you see a closed door to the north and a drawer with an old key in it".split(" ");

type Demonstrations = Extract<TrainingSet, { kind: "sft" }>;

/** Six turns of about 200 characters; every other example has a masked beginning, unless `whole`. */
function demonstrations(count: number, whole: boolean): Demonstrations {
  const draw = random("export", "bench");
  const words = (length: number) => Array.from({ length }, () => draw.pick(WORDS)).join(" ");
  const examples = Array.from({ length: count }, (_, index): Demonstration => {
    const source = `t${index}` as TrajectoryId;
    const learnFrom = whole || index % 2 === 0 ? 0 : 1 + draw.integer(TURNS - 1);
    const messages = Array.from({ length: TURNS }, (_, step): WeightedMessage[] => {
      const seen = { role: "user", content: `${words(30)}\n"${step}"`, weight: 0 } as const;
      const content = `Thought: ${words(8)}\nAction: ${words(2)}`;
      if (step < learnFrom) return [seen, { role: "assistant", content, weight: 0 }];
      const provenance = { trajectory: source, step, actor: "expert/bench", reason: "own success" };
      return [seen, { role: "assistant", content, weight: 1, provenance }];
    });
    return { source, messages: messages.flat() };
  });
  return { kind: "sft", examples };
}

async function cpuSeconds(action: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function writePlainly({ examples }: Demonstrations, path: string): void {
  const file = openSync(path, "w");
  let buffer = "";
  for (const { messages } of examples) {
    buffer += `${JSON.stringify({ messages: messages.map(({ role, content }) => ({ role, content })) })}\n`;
    if (buffer.length < 1 << 20) continue;
    writeSync(file, buffer);
    buffer = "";
  }
  writeSync(file, buffer);
  closeSync(file);
}

export async function run(): Promise<Findings> {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-bench-export-"));
  try {
    const tokenizer = openChatTokenizer(byteTokenizer(join(folder, "model")));
    const [masked, whole] = [demonstrations(ROWS, false), demonstrations(ROWS, true)];
    const few = { ...masked, examples: masked.examples.slice(0, TOKEN_ROWS) };
    const figures: Record<string, Record<string, number>> = {};
    const ratios: Record<string, number> = {};
    // The first writing would pay for compiling.
    writePlainly(few, join(folder, "plain.jsonl"));
    for (const exporter of EXPORTERS) {
      const isTokens = exporter.tokenizer === "needed";
      const takesMasks = exporter.expresses.masks === "each" || exporter.expresses.masks === "suffix";
      const set = isTokens ? few : takesMasks ? masked : whole;
      const found = await compared(exporter, set, folder, isTokens ? { tokenizer } : {});
      figures[exporter.name] = found;
      ratios[`${exporter.name} ÷ plain JSON, CPU time`] = found["CPU s"] / found["plain JSON, CPU s"];
    }
    figures["the whole process"] = { "most memory, MB": process.resourceUsage().maxRSS / 1024 };
    return {
      settings: { "rows of messages": ROWS, "rows of token ids": TOKEN_ROWS, "turns a row": TURNS },
      versions: versionsOf("hyparquet-writer", "@huggingface/tokenizers"),
      figures,
      ratios,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function compared(
  exporter: Exporter,
  set: Demonstrations,
  folder: string,
  tokens: { readonly tokenizer?: ReturnType<typeof openChatTokenizer> },
) {
  const out = join(folder, exporter.name);
  const plain = join(folder, "plain.jsonl");
  const options = { splitTurns: false, parquet: false, ...tokens };
  const origin = { run: "bench", method: "EEF", seed: 1, iteration: 1, trainingSet: "bench" };
  const plainly = await cpuSeconds(() => writePlainly(set, plain));
  let written: ReturnType<typeof exportSet> | undefined;
  const exporting = await cpuSeconds(() => {
    written = exportSet({ exporter, set, options, out, origin });
  });
  const { manifest } = written!;
  let differences = 0;
  const checking = await cpuSeconds(async () => {
    differences = (await checkExport({ folder: out, manifest, set, ...tokens })).differences.length;
  });
  if (differences > 0) throw new Error(`${exporter.name}: ${differences} differences`);
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  rmSync(out, { recursive: true });
  return {
    rows: set.examples.length,
    MB: bytes / 1e6,
    "CPU s": exporting,
    "plain JSON, CPU s": plainly,
    "check, CPU s": checking,
  };
}
