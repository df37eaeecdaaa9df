/** The pretrained student of an experiment: a checkpoint folder, trained with adapters and sampled inside this process. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { CliError, messageOf } from "../../core/errors.ts";
import { readConfig } from "../../model/checkpoint.ts";
import { prompted } from "../../policies/prompted.ts";
import { baseCheckpoint } from "../shared/base-checkpoint.ts";
import { folderOf } from "../shared/checkpoint-folder.ts";
import { setAsideIfDamaged } from "../shared/checkpoint-work.ts";
import { requireRuntimeFor } from "../shared/runtime.ts";
import { expectVariables } from "../shared/template.ts";
import type { Student } from "../student.ts";
import type { PretrainedConfig } from "./config.ts";
import { pretrainedModel } from "./model.ts";
import { pretrainedTrainer } from "./trainer.ts";

/** Throws CliError for a checkpoint that is not there or cannot be computed exactly, and where ONNX Runtime is not installed. */
export function pretrainedStudent(project: string, config: PretrainedConfig): Student {
  requireRuntimeFor("pretrained");
  const { student, training, restrict, maxTokens, concurrency } = config;
  if (restrict && config.format === "tools")
    throw new CliError("restrict: listed actions are texts, so format tools cannot be held to them; set it to false");
  const { checkpoint: base, context, template } = student;
  if (!existsSync(base)) {
    const advice = "`gleaner model fetch smollm2-135m --out DIR` makes one";
    throw new CliError(`student.checkpoint: ${base}: no such folder, expected a checkpoint folder (${advice})`);
  }
  expectKnown(base);
  expectVariables(base, template);
  const threads = student.threads || availableParallelism();
  const trainer = pretrainedTrainer(project, { ...training, threads, ...(template && { template }) });
  return {
    trainer,
    practiceTrainer: trainer,
    initial: async () => baseCheckpoint(project, base),
    check: async (checkpoint) => setAsideIfDamaged(project, checkpoint),
    async policy(checkpoint, format, temperature) {
      const folder = folderOf(project, checkpoint);
      const options = { folder, name: checkpoint.id, slots: concurrency, context, threads, template, tokenIds: true };
      return prompted({ model: await pretrainedModel(options), format, temperature, maxTokens, restrict });
    },
    notes: async () => [],
    close: async () => {},
  };
}

/** Before anything is played. */
function expectKnown(checkpoint: string): void {
  try {
    readConfig(checkpoint);
  } catch (error) {
    throw new CliError(`student.checkpoint: ${messageOf(error)}`, { cause: error });
  }
}
