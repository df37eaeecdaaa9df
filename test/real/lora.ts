/** Adapters on real checkpoints, beside what torch and PEFT compute from the same files. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { adaptersOf, initialAdapters, type Lora } from "../../src/model/adapters.ts";
import type { Architecture, Parameters } from "../../src/model/architecture.ts";
import type { Example } from "../../src/model/batches.ts";
import { readCheckpoint } from "../../src/model/checkpoint.ts";
import { gradientEngine } from "../../src/model/gradients.ts";
import { writeMerged } from "../../src/model/merging.ts";
import { type Objective, openObjective, type Pair } from "../../src/model/objectives.ts";
import { randomStream } from "../../src/model/random.ts";
import { readSafetensors } from "../../src/model/safetensors.ts";
import { ask } from "./real.ts";

export interface LoraCase {
  /** What messages call it. */
  readonly name: string;
  /** Folder of the checkpoint. */
  readonly base: string;
  /** An empty folder to work in. */
  readonly folder: string;
  readonly lora: Lora;
  readonly batch: readonly Example[];
  readonly pairs: readonly Pair[];
  readonly threads?: number;
}

const BETA = 0.3;

/** Adapters as training leaves them: of all of them, something is added to the matrix beside them. */
export function trainedAdapters(config: Architecture, lora: Lora, seed: number): Parameters {
  const random = randomStream(seed);
  const adapters = initialAdapters(config, lora, seed);
  for (const { name } of adaptersOf(config, lora.rank)) {
    const values = adapters.get(name)!;
    if (name.includes("lora_B")) values.set(values.map(() => 0.02 * random.normal()));
  }
  return adapters;
}

interface Torch {
  readonly likelihood: number;
  readonly preference?: number;
  readonly logits: { readonly largest: number; readonly difference: number };
}

/**
 * Asserts that losses, all gradients and the merged checkpoint's logits equal torch's, which one process computes for all
 * `cases`. Returns for each the worst relative error of a gradient.
 */
export async function assertEqualTorch(cases: readonly LoraCase[]): Promise<number[]> {
  const questions = cases.map(({ base, folder, lora, batch, pairs }) => {
    const { config } = readCheckpoint(base);
    const [merged, to] = [join(folder, "merged"), join(folder, "gradients")];
    mkdirSync(to, { recursive: true });
    writeMerged({ from: base, config, lora, adapters: trainedAdapters(config, lora, 7) }, merged);
    return { base, merged, batch, pairs, beta: BETA, to };
  });
  const answers = ask<Torch[]>("lora_reference.py", questions);
  const worst = [];
  for (const [i, one] of cases.entries()) worst.push(await assertEquals(one, answers[i]!, questions[i]!.to));
  return worst;
}

/** `to`: the folder with torch's gradients. */
async function assertEquals(one: LoraCase, torch: Torch, to: string): Promise<number> {
  const { name: who, base, lora, batch, pairs, threads = 1 } = one;
  const { config, parameters } = readCheckpoint(base);
  const trained = trainedAdapters(config, lora, 7);
  const { largest, difference } = torch.logits;
  assert(difference < 1e-5 * largest, `${who}: logits of the merged checkpoint differ by ${difference} of ${largest}`);

  // A preference's reference is the checkpoint itself: adapters as they are at first.
  const values = new Map([...initialAdapters(config, lora, 1)]);
  const engine = gradientEngine(config, parameters, { threads, adapters: { lora, values } });
  const errors: number[] = [];
  const objectives: Record<string, Objective> = {
    likelihood: { kind: "likelihood", examples: batch },
    ...(pairs.length > 0 && { preference: { kind: "preference", pairs, beta: BETA } satisfies Objective }),
  };
  const cases = Object.entries(objectives).flatMap(([name, objective]) =>
    [false, true].map((sharesPrefix) => ({ name, objective, sharesPrefix })),
  );
  for (const { name, objective, sharesPrefix } of cases) {
    for (const [adapter, initial] of initialAdapters(config, lora, 1)) values.get(adapter)!.set(initial);
    const running = { parallel: 1, deviceBatch: 1, sharesPrefix };
    const { lengths, learn } = await openObjective(objective, engine, running);
    for (const [adapter, value] of trained) values.get(adapter)!.set(value);
    const loss = await learn(lengths.map((_, i) => i));
    const expected = torch[name as "likelihood" | "preference"]!;
    assert(Math.abs(loss - expected) <= 2e-5 * expected, `${who}, ${name}: loss ${loss}, torch ${expected}`);
    const found = readSafetensors(join(to, `${name}.safetensors`));
    assert.deepEqual([...found.keys()].sort(), [...engine.gradients.keys()].sort());
    for (const [adapter, gradient] of engine.gradients) {
      const { data } = found.get(adapter)!;
      const error = Math.hypot(...gradient.map((value, i) => value - data[i]!)) / Math.hypot(...data);
      assert(error <= 2e-5, `${who}, ${name}, ${adapter}: relative error ${error}`);
      errors.push(error);
    }
  }
  await engine.close();
  return Math.max(...errors);
}
