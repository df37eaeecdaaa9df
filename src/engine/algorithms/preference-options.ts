/** The options of a config for learning preferences, and their translation into an algorithm's settings. */
import type { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import { count, type Surroundings, type Zod } from "./method.ts";
import type { Cut, PreferenceTraining } from "./preferences.ts";

/** One value for each iteration; the last one holds for later iterations too. */
const byIteration = (z: Zod) => z.array(z.number().positive()).nonempty();

export const preferenceOptions = (z: Zod) => ({
  beta: byIteration(z).default([0.1, 0.5]),
  /** Learning rate, as a share of training.learningRate. */
  rate: byIteration(z).default([0.05, 0.025]),
  epochs: count(z)
    .max(...atMost("epochs"))
    .default(3),
  /** Pairs in a step: it reads twice as many conversations. */
  batch: count(z)
    .max(...atMost("batch"))
    .default(16),
  /** Messages that a rejected side may have more than its chosen one; null = no cut. Default: 10, on ALFWorld no cut. */
  cut: z.number().int().nonnegative().nullable().optional(),
});

/** As an algorithm takes it: rates made absolute, the world's published rule for cutting filled in. */
export function preferenceTraining(
  { beta, rate, epochs, batch, cut }: z.output<z.ZodObject<ReturnType<typeof preferenceOptions>>>,
  { world, learningRate }: Surroundings,
): PreferenceTraining & { readonly cut: Cut } {
  const published = world === "alfworld" ? null : 10;
  const learningRates = rate.map((share) => share * learningRate);
  return { betas: beta, learningRates, epochs, batch, cut: cut === undefined ? published : cut };
}
