/**
 * A method as a config names it: an algorithm, its options, and its name in tables. Each algorithm exports one beside its
 * function; methods.ts lists them.
 */
import type { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import type { Checkpoint } from "../../core/training.ts";
import type { Experiment } from "./experiment.ts";

/** zod, handed to whoever writes options: it is loaded with the first config, and not with the library (light-start.md). */
export type Zod = typeof z;

export interface Method<Options extends z.ZodRawShape, Said = z.output<z.ZodObject<Options>>> {
  /** What a config may say of it, every default included. */
  options(z: Zod): Options;
  /** Its name in tables: the usual one, with what differs from the defaults (`RFT×6, one solution`). */
  label(said: Said): string;
  /** Whether it plays training tasks, rather than only learn from what others did. */
  explores(said: Said): boolean;
  /** `start`: behaviour cloning's result, where most methods begin. */
  run(x: Experiment, start: Checkpoint, said: Said, config: Surroundings): Promise<unknown>;
}

/** What a method needs of the rest of a config. */
export interface Surroundings {
  /** The world's name: some published rules differ from world to world. */
  readonly world: string;
  /** Of every other training. */
  readonly learningRate: number;
}

/** A whole number of at least 1. */
export const count = (z: Zod) => z.number().int().positive();

/** Rounds of exploring, choosing and training; ≥ 1. Default 1. */
export const iterations = (z: Zod) =>
  count(z)
    .max(...atMost("iterations"))
    .default(1);

/** Rollouts of each task or state in an iteration; ≥ 1. */
export const rollouts = (z: Zod) => count(z).max(...atMost("samples"));

/** Where each training starts: the base model (default), or the previous iteration's policy. */
export const trainFrom = (z: Zod) => z.enum(["base", "previous"]).default("base");

/** `×6`, and nothing for one. */
export const times = ({ samples }: { readonly samples: number }) => (samples === 1 ? "" : `×${samples}`);

export const continued = (said: { readonly trainFrom: "base" | "previous" }) =>
  said.trainFrom === "previous" ? ", continued" : "";
