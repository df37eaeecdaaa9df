/** The masks that a pass over whole sequences is fed: one for each window that the model's layers have. */
import { Tensor } from "onnxruntime-node";
import { type Architecture, windowsOf } from "./architecture.ts";
import { maskName } from "./forward.ts";
import { causalMask } from "./masks.ts";

/** By input. For sequences of `length` tokens (T) behind `before` others (P): (1, 1, G·T, P + T). */
export function maskFeeds(config: Architecture, length: number, before = 0): Record<string, Tensor> {
  const groups = config.num_attention_heads / config.num_key_value_heads;
  const shape = [1, 1, groups * length, before + length];
  const feeds = windowsOf(config).map((window) => {
    const mask = causalMask(length, groups, { before, window });
    return [maskName(window), new Tensor("float32", mask, shape)] as const;
  });
  return Object.fromEntries(feeds);
}
