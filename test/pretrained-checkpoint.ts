/** A Llama with a chat tokenizer in a checkpoint folder, for tests without Python: random weights, byte-level tokens, ChatML. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { initialize, readConfig, writeSuccessor } from "../src/model/checkpoint.ts";
import { buildTokenizer } from "../src/model/tokenizer.ts";
import { chatCheckpoint, TEMPLATES } from "./chat-checkpoint.ts";
import { randomParameters } from "./tiny-model.ts";

const SHAPE = {
  vocab_size: 320,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 256,
  rope_theta: 10_000,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
} as const;

/** Makes the new folder `to`. It is gone with its parent. `other`: what its shape has in place of the shape above. */
export function pretrainedCheckpoint(
  test: { after(end: () => void): void },
  to: string,
  other: { readonly max_position_embeddings?: number } = {},
): void {
  const small = `${to}-small`;
  initialize({ config: { ...SHAPE, ...other }, tokenizer: buildTokenizer([]), seed: 1, to: small });
  const config = readConfig(small);
  writeSuccessor(small, to, config, randomParameters(config, 1));
  rmSync(small, { recursive: true });
  const chat = chatCheckpoint(test, { template: TEMPLATES.chatml });
  for (const name of ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"]) {
    cpSync(join(chat, name), join(to, name));
  }
}
