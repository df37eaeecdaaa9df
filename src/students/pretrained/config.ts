/** What a config says of a pretrained student that is trained and sampled inside this process, with every default. */
import { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import { TEXT_FORMATS } from "../../formats/format.ts";
import { examples } from "../shared/examples.ts";
import type { StudentConfig } from "../student.ts";

const count = z.number().int().positive();

export const pretrainedParts = {
  format: z.enum(TEXT_FORMATS).default("react"),
  /** The student may only choose listed actions. */
  restrict: z.boolean().default(false),
  maxTokens: count.max(...atMost("maxTokens")).default(64),
  examples,
  /** Episodes in flight; each keeps its conversation in memory. */
  concurrency: count.max(...atMost("concurrency")).default(8),
  student: z.strictObject({
    kind: z.literal("pretrained"),
    /** A Hugging Face checkpoint folder of a Llama model: where every training starts (`gleaner model fetch` makes one). */
    checkpoint: z.string(),
    /**
     * Tokens of the longest conversation with its answer; at most what the checkpoint can read. Memory: layers × key
     * heads × head size × 8 bytes for each token of each episode in flight; with SmolLM2-135M 46 kB, 0.75 GB in all.
     */
    context: count.max(...atMost("context")).default(2048),
    /** Of the processor. 0 = all. */
    threads: z
      .number()
      .int()
      .nonnegative()
      .max(...atMost("threads"))
      .default(0),
  }),
  /** The same for every method: equal optimiser steps. */
  training: z
    .strictObject({
      steps: count.max(...atMost("optimizerSteps")).default(100),
      batch: count.max(...atMost("batch")).default(8),
      /** At most so many examples at a time; the gradients of the rest are added up. Decides the memory needed. */
      deviceBatch: count.max(...atMost("batch")).default(1),
      learningRate: z.number().positive().default(5e-4),
      warmup: z
        .number()
        .int()
        .nonnegative()
        .max(...atMost("optimizerSteps"))
        .default(5),
      schedule: z.enum(["cosine", "constant"]).default("cosine"),
      weightDecay: z.number().nonnegative().default(0),
      /** Largest norm of a step's gradients. */
      gradientClip: z.number().positive().default(1),
      /** Rank of adapters on every linear layer, merged at the end. */
      loraRank: count.max(...atMost("loraRank")).default(16),
      /** What adapters say counts loraAlpha / loraRank times. */
      loraAlpha: z.number().positive().default(32),
      /** Tokens of the longest example; longer ones are refused. 0 = as long as the checkpoint can read. */
      maxLength: z
        .number()
        .int()
        .nonnegative()
        .max(...atMost("context"))
        .default(0),
    })
    .prefault({}),
};

export type PretrainedConfig = StudentConfig<typeof pretrainedParts>;
