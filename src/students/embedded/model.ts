/** A checkpoint of the embedded student as a language model. Batching, caching and sampling are `model/`'s business, loaded on first use. */
import { messageOf, PolicyError } from "../../core/errors.ts";
import { ContextFullError, type LanguageModel } from "../../core/policy.ts";
import { tokenChunks } from "../../formats/tokens.ts";

/**
 * A checkpoint of the embedded student as a language model, inside this process. It can be held to listed actions
 * (`CompletionRequest.choices`) and knows no tool calls. Throws a plain Error for a folder that is no such checkpoint.
 *
 * @param folder The checkpoint's folder.
 * @param name The checkpoint's id.
 * @param slots Conversations decoded at once; ≥ 1. Best the number of episodes in flight.
 */
export async function embeddedModel(folder: string, name: string, slots: number): Promise<LanguageModel> {
  const { openGenerator } = await import("../../model/generate.ts");
  const { loadTokenizer } = await import("../../model/tokenizer.ts");
  const tokenizer = loadTokenizer(folder);
  const generator = await openGenerator(folder, { slots });
  // Observations, answers and listed actions repeat all the time.
  const encoded = new Map<string, readonly number[]>();
  const encode = (text: string): readonly number[] => {
    const known = encoded.get(text);
    if (known) return known;
    const tokens = tokenizer.encode(text);
    encoded.set(text, tokens);
    return tokens;
  };
  const { bos, end } = tokenizer;
  return {
    name,
    async complete({ messages, tools, temperature, maxTokens, seed, choices }) {
      if (tools) throw new PolicyError(`${name}: it knows no tool calls; use another format`);
      const chunks = tokenChunks(messages, { encode, bos, end });
      const allowed = choices?.map((choice) => [...encode(choice), end]);
      const limit = allowed ? Math.max(...allowed.map(({ length }) => length)) : maxTokens;
      try {
        const request = { chunks, temperature, maxTokens: limit, seed, stop: end };
        const { tokens, finishReason } = await generator.generate(allowed ? { ...request, choices: allowed } : request);
        const promptTokens = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
        const text = tokenizer.decode(tokens.filter((token) => token !== end));
        return { text, finishReason, usage: { promptTokens, completionTokens: tokens.length } };
      } catch (error) {
        if (error instanceof Error && error.name === "ContextFullError") throw new ContextFullError(error.message);
        throw new PolicyError(`${name}: ${messageOf(error)}`, { cause: error });
      }
    },
    close: () => generator.close(),
  };
}
