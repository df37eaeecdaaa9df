/** What the tests with a real Python share: the interpreter, scripts beside this file, and a tiny checkpoint made on the spot. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckpointId } from "../../src/core/ids.ts";
import type { Checkpoint, TrainEvent, Trainer, TrainRequest } from "../../src/core/training.ts";
import { askPython, skipWithoutTorch, torchPython } from "../python-torch.ts";

// Models this small are slower in several threads than in one, and those of other tests want cores, too.
process.env.OMP_NUM_THREADS = "1";

/** The `skip` option of a test here: a reason, or false. */
export const skip = skipWithoutTorch();

/** The interpreter of the training environment, installed on first use. */
export const python: string = skip ? "" : torchPython();

/** Runs a script of this folder with one JSON value as its input; returns the JSON value that it prints. */
export const ask = <Answer>(script: string, question: unknown): Answer =>
  askPython(join(import.meta.dirname, script), question) as Answer;

/** Some sentences of a text game; what the tiny checkpoint's tokenizer is learned from. */
export const SENTENCES: readonly string[] = ["mug", "pot", "cd", "key", "pillow", "apple", "lamp", "book"].flatMap(
  (thing, index) => [
    `Task: find the ${thing}. You are in the middle of a room. Looking around you, you see a shelf ${index}, a desk 1.`,
    `Thought: the ${thing} may be on the shelf.\nAction: go to shelf ${index}`,
    `You open the drawer ${index}. In it, you see a ${thing} 1. Nothing happens.`,
  ],
);

let tiny: string | undefined;

/** A checkpoint folder: a Llama of 160,000 parameters that has learned nothing, ChatML. Made once; do not write into it. */
export function tinyCheckpoint(): string {
  if (tiny) return tiny;
  tiny = mkdtempSync(join(tmpdir(), "gleaner-tiny-"));
  const folder = tiny;
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  ask("tiny_checkpoint.py", { to: tiny, texts: SENTENCES });
  return tiny;
}

/** A project folder whose checkpoint `base` is a copy of the tiny one, removed after the test. */
export function tinyProject(t: { after(end: () => void): void }): string {
  const project = mkdtempSync(join(tmpdir(), "gleaner-real-"));
  t.after(() => rmSync(project, { recursive: true, force: true }));
  mkdirSync(join(project, "checkpoints"));
  cpSync(tinyCheckpoint(), join(project, "checkpoints", "base"), { recursive: true });
  return project;
}

/** An accelerate config in `project`: two processes that share every batch, without a GPU. */
export function twoProcesses(project: string): string {
  const path = join(project, "accelerate.yaml");
  const machine = ["compute_environment: LOCAL_MACHINE", "num_machines: 1", "machine_rank: 0", "mixed_precision: 'no'"];
  const processes = ["distributed_type: MULTI_GPU", "use_cpu: true", "num_processes: 2", "main_process_port: 0"];
  writeFileSync(path, [...machine, ...processes, ""].join("\n"));
  return path;
}

/** The checkpoint of a tiny project. */
export const BASE: Checkpoint = {
  id: "base" as CheckpointId,
  parent: null,
  trainingSet: null,
  trainer: "trl",
  at: { kind: "folder", path: "checkpoints/base" },
};

/** Every event of a training from `BASE`. */
export async function trained(
  trainer: Trainer,
  set: TrainRequest["set"],
  request: Partial<TrainRequest> = {},
): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  const full = { set, from: BASE, id: "new" as CheckpointId, seed: 1, ...request };
  for await (const event of trainer.train(full)) events.push(event);
  return events;
}

/** One value of every step's metrics. */
export const series = (events: readonly TrainEvent[], name: string): number[] =>
  events.flatMap((event) => (event.kind === "metrics" ? [event.values[name]!] : []));
