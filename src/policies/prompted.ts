/** A language model made into a policy by a format: writes the conversation, reads the action. */
import type { LanguageModel, Policy } from "../core/policy.ts";
import { conversation, type Format } from "../formats/format.ts";
import { turnText } from "../formats/tools.ts";

export interface PromptedOptions {
  readonly model: LanguageModel;
  readonly format: Format;
  /** 0 = greedy. */
  readonly temperature: number;
  readonly maxTokens: number;
  /** Only the environment's listed actions may be chosen. Reports say so; off for large models. */
  readonly restrict: boolean;
}

export function prompted({ model, format, temperature, maxTokens, restrict }: PromptedOptions): Policy {
  return {
    name: model.name,
    async act({ task, steps, observation, actions, seed, session }) {
      const listed = restrict ? await actions() : null;
      const byCompletion =
        listed && new Map(listed.map((action) => [format.assistant({ thought: "", action }), action]));
      const { text, toolCalls, usage, tokenIds } = await model.complete({
        messages: conversation(format, task, steps, observation),
        ...(format.tools && { tools: format.tools }),
        temperature,
        maxTokens,
        seed,
        ...(session !== undefined && { session }),
        ...(byCompletion && { choices: [...byCompletion.keys()] }),
      });
      const chosen = byCompletion?.get(text);
      const completion = format.tools ? turnText(text, toolCalls ?? []) : text;
      const decision = chosen === undefined ? format.parse(completion) : { thought: "", action: chosen };
      return { ...decision, completion, usage, ...(tokenIds && { tokenIds }) };
    },
    close: () => model.close(),
  };
}
