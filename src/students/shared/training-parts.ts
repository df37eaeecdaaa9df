/** What configs of several kinds of students say of a training, with the same bounds. The defaults are each kind's own. */
import { z } from "zod";
import { atMost, type BOUNDS } from "../../core/bounds.ts";

/** An integer from 1 to a bound. */
export const count = (most: keyof typeof BOUNDS) =>
  z
    .number()
    .int()
    .positive()
    .max(...atMost(most));

/** An integer from 0 to a bound. */
export const countOrNone = (most: keyof typeof BOUNDS) =>
  z
    .number()
    .int()
    .nonnegative()
    .max(...atMost(most));

/** How much is learned: optimiser steps, and examples in each. */
export const amountParts = (usual: { readonly batch: number }) => ({
  steps: count("optimizerSteps").default(100),
  batch: count("batch").default(usual.batch),
});

/** How fast it is learned. */
export const rateParts = (usual: { readonly learningRate: number }) => ({
  learningRate: z.number().positive().default(usual.learningRate),
  warmup: countOrNone("optimizerSteps").default(5),
  schedule: z.enum(["cosine", "constant"]).default("cosine"),
});

/** Tokens of the longest example; longer ones are refused. 0 = as long as the model can read. */
export const maxLength = countOrNone("context").default(0);
