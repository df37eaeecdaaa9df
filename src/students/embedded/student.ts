/** The embedded student of an experiment: model, trainer and policy put together as its config says. */
import { prompted } from "../../policies/prompted.ts";
import { folderOf } from "../shared/checkpoint-folder.ts";
import { setAsideIfDamaged } from "../shared/checkpoint-work.ts";
import { requireRuntimeFor } from "../shared/runtime.ts";
import type { Student } from "../student.ts";
import type { EmbeddedConfig } from "./config.ts";
import { embeddedModel } from "./model.ts";
import { embeddedTrainer, initialCheckpoint } from "./trainer.ts";

/** Throws CliError where ONNX Runtime is not installed. */
export function embeddedStudent(project: string, config: EmbeddedConfig): Student {
  requireRuntimeFor("embedded");
  const { student, training, restrict, maxTokens, concurrency } = config;
  const { practice, kind: _, ...architecture } = student;
  return {
    trainer: embeddedTrainer(project, training),
    practiceTrainer: embeddedTrainer(project, { ...training, steps: practice.steps }),
    initial: (seed, material) => initialCheckpoint({ project, architecture, material, seed }),
    check: async (checkpoint) => setAsideIfDamaged(project, checkpoint),
    async policy(checkpoint, format, temperature) {
      const model = await embeddedModel(folderOf(project, checkpoint), checkpoint.id, concurrency);
      return prompted({ model, format, temperature, maxTokens, restrict });
    },
    notes: async () => [],
    close: async () => {},
  };
}
