/**
 * Where a server keeps a checkpoint: `tinker://RUN/weights/NAME` is what training goes on from,
 * `tinker://RUN/sampler_weights/NAME` is what is sampled. Saved under one name, each leads to the other.
 *
 * Source: tinker 0.38.0, tinker/types/checkpoint.py; SkyRL's skyrl/tinker/api.py (load_weights, asample).
 */
const STATE = /^tinker:\/\/[^/\s]+\/weights\/[^/\s]+$/;

/** Whether training can go on from this path. */
export const isStatePath = (path: string): boolean => STATE.test(path);

/** What is sampled of the checkpoint that training goes on from at `state`. */
export const samplerPathOf = (state: string): string => state.replace("/weights/", "/sampler_weights/");
