/** What a config says of a pretrained student that is trained and sampled inside this process, with every default. */
import { z } from "zod";
import { FORMATS } from "../../formats/format.ts";
import { examples } from "../shared/examples.ts";
import { template } from "../shared/template.ts";
import { amountParts, count, countOrNone, maxLength, rateParts } from "../shared/training-parts.ts";
import type { StudentConfig } from "../student.ts";

export const pretrainedParts = {
  format: z.enum(FORMATS).default("react"),
  /** The student may only choose listed actions. */
  restrict: z.boolean().default(false),
  maxTokens: count("maxTokens").default(64),
  examples,
  /** Episodes in flight; each keeps its conversation in memory. */
  concurrency: count("concurrency").default(8),
  student: z.strictObject({
    kind: z.literal("pretrained"),
    /** A Hugging Face checkpoint folder of a family in model/families.ts: where every training starts (`gleaner model fetch` makes one). */
    checkpoint: z.string(),
    /**
     * Tokens of the longest conversation with its answer; at most what the checkpoint can read. Memory: layers × key
     * heads × head size × 8 bytes for each token of each episode in flight; with SmolLM2-135M 46 kB, 0.75 GB in all.
     */
    context: count("context").default(2048),
    /** What the chat template is given beside the conversation; `date` is the day that it writes. Absent: nothing. */
    template,
    /** Of the processor. 0 = all. */
    threads: countOrNone("threads").default(0),
  }),
  /** The same for every method: equal optimiser steps. */
  training: z
    .strictObject({
      ...amountParts({ batch: 8 }),
      /** At most so many examples at a time; the gradients of the rest are added up. Decides the memory needed. */
      deviceBatch: count("batch").default(1),
      ...rateParts({ learningRate: 5e-4 }),
      weightDecay: z.number().nonnegative().default(0),
      /** Largest norm of a step's gradients. */
      gradientClip: z.number().positive().default(1),
      /** Rank of adapters on every linear layer, merged at the end. */
      loraRank: count("loraRank").default(16),
      /** What adapters say counts loraAlpha / loraRank times. */
      loraAlpha: z.number().positive().default(32),
      maxLength,
    })
    .prefault({}),
};

export type PretrainedConfig = StudentConfig<typeof pretrainedParts>;
