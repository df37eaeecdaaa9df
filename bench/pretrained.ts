/**
 * A pretrained student, SmolLM2-135M-Instruct, inside Node beside torch, transformers and PEFT on the same tokens in one
 * run: training steps of adapters, reading and decoding. One thread each, CPU time, so that what else the machine does
 * counts less; rounds alternate and the best of each counts. Both sides must find the same loss or logit.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readConfig } from "../src/model/checkpoint.ts";
import { randomStream } from "../src/model/random.ts";
import { askPython, skipWithoutTorch, torchPython } from "../test/python-torch.ts";
import { smollm2 } from "../test/smollm2.ts";
import { versionsOf } from "./parts/origin.ts";
import type { PretrainedFound, PretrainedJob } from "./parts/pretrained-work.ts";
import { type Findings, skipped } from "./parts/result.ts";

const ROUNDS = 2;
const LORA = { rank: 16, alpha: 32 };
const CONTEXT = 256;
const CALLS = 24;
/** Relative; what float32 leaves of two orders of summation is far less. */
const TOLERANCE = 1e-3;

/** A job, and what its milliseconds are of. */
interface Measured {
  readonly rows: readonly string[];
  readonly job: PretrainedJob;
}

function jobsFor(folder: string): Measured[] {
  const { vocab_size: vocabulary } = readConfig(folder);
  const random = randomStream(1);
  const tokens = (count: number) => Array.from({ length: count }, () => Math.floor(random.next() * vocabulary));
  const training = (row: string, conversations: readonly number[][], learned: number): Measured => {
    return { rows: [row], job: { kind: "training", folder, lora: LORA, conversations, learned } };
  };
  const prefix = tokens(256);
  const fromPrefix = Array.from({ length: 4 }, () => [...prefix, ...tokens(257)]);
  return [
    training("LoRA step, 1 × 256", [tokens(257)], 256),
    training("LoRA step, 1 × 512", [tokens(513)], 512),
    training("LoRA step, 4 × 512 that share 256", fromPrefix, 256),
    {
      rows: ["reading, a token", "decoding, a call for 1 row", "decoding, a call for 8 rows"],
      job: { kind: "decoding", folder, context: tokens(CONTEXT), batches: [1, 8], calls: CALLS },
    },
  ];
}

function askOurs(job: PretrainedJob): PretrainedFound {
  const script = join(import.meta.dirname, "parts", "pretrained-work.ts");
  const answer = execFileSync(process.execPath, [...process.execArgv, script], { input: JSON.stringify(job) });
  return JSON.parse(answer.toString("utf8"));
}

function askTorch(job: PretrainedJob): PretrainedFound {
  return askPython(join(import.meta.dirname, "python", "pretrained-reference.py"), job) as PretrainedFound;
}

/** The best times of both, and the least peak: memory may be given back late. */
function better(a: PretrainedFound | undefined, b: PretrainedFound): PretrainedFound {
  if (!a) return b;
  return { ...b, ms: b.ms.map((ms, i) => Math.min(ms, a.ms[i]!)), peakMb: Math.min(a.peakMb, b.peakMb) };
}

/** What is missing for torch's side, or false. */
function missingTorch(): string | false {
  const missing = skipWithoutTorch();
  if (missing) return missing;
  try {
    torchPython();
    return false;
  } catch {
    return "needs what `gleaner env install python` could not install, or GLEANER_TORCH_PYTHON";
  }
}

function modelFolder(): string | undefined {
  try {
    return smollm2();
  } catch {
    return undefined;
  }
}

function figuresOf(ours: PretrainedFound, torch: PretrainedFound | undefined, i: number) {
  return {
    "CPU ms": ours.ms[i]!,
    "torch, CPU ms": torch ? torch.ms[i]! : null,
    "most memory, MB": ours.peakMb,
    "torch, most memory, MB": torch ? torch.peakMb : null,
  };
}

/** Without Python, only our own side. */
export async function run(): Promise<Findings> {
  const folder = modelFolder();
  if (folder === undefined) {
    return skipped("needs SmolLM2-135M, which `gleaner model fetch` could not get, or its folder in GLEANER_SMOLLM2");
  }
  const missing = missingTorch();
  const measured = jobsFor(folder);
  const ours: PretrainedFound[] = [];
  const torch: PretrainedFound[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { rows, job }] of measured.entries()) {
      const found = askOurs(job);
      ours[i] = better(ours[i], found);
      if (missing) continue;
      const expected = askTorch(job);
      torch[i] = better(torch[i], expected);
      if (Math.abs(found.value - expected.value) <= TOLERANCE * Math.abs(expected.value)) continue;
      throw new Error(`${rows[0]}: expected torch's ${expected.value}, got ${found.value}`);
    }
  }
  const figures: Record<string, Record<string, number | null>> = {};
  const ratios: Record<string, number> = {};
  for (const [job, { rows }] of measured.entries()) {
    const [own, other] = [ours[job]!, torch[job]];
    for (const [i, row] of rows.entries()) {
      figures[row] = figuresOf(own, other, i);
      if (other) ratios[`${row}: torch ÷ gleaner, CPU time`] = other.ms[i]! / own.ms[i]!;
    }
  }
  return {
    settings: { model: "SmolLM2-135M-Instruct", threads: 1, "LoRA rank": LORA.rank, context: CONTEXT, rounds: ROUNDS },
    versions: { ...versionsOf("onnxruntime-node"), ...torch[0]?.versions },
    figures,
    ratios,
    ...(missing ? { missing: `torch: ${missing}` } : {}),
  };
}
