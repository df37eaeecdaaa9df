/** A language model made into a policy by a format: writes the conversation, reads the action. */
import type { LanguageModel, Policy } from "../core/policy.ts";
import { conversation, type Format } from "../formats/format.ts";
import { turnText } from "../formats/tools.ts";

/** What makes a language model a policy. */
export interface PromptedOptions {
  /** What completes the conversations. */
  readonly model: LanguageModel;
  /** How they are written and answers are read. */
  readonly format: Format;
  /** 0 = greedy; at least 0. */
  readonly temperature: number;
  /** Tokens of one answer at most; ≥ 1. */
  readonly maxTokens: number;
  /**
   * Whether only actions that the environment lists may be chosen. Reports say so. Servers cannot keep to it: false for them.
   */
  readonly restrict: boolean;
}

/**
 * A language model as a policy: each turn it writes the conversation, asks the model and reads the action out of the answer.
 * The policy has the model's name, and closing it closes the model. Acting throws what the model throws.
 *
 * @param options The model, the format and how it is sampled.
 */
export function prompted({ model, format, temperature, maxTokens, restrict }: PromptedOptions): Policy {
  return {
    name: model.name,
    async act({ task, steps, observation, actions, seed, session }) {
      const listed = restrict ? await actions() : null;
      const byCompletion =
        listed && new Map(listed.map((action) => [format.assistant({ thought: "", action }), action]));
      const { text, toolCalls, reasoning, usage, tokenIds } = await model.complete({
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
      return { ...decision, completion, ...(reasoning && { reasoning }), usage, ...(tokenIds && { tokenIds }) };
    },
    ...(model.forget && { forget: () => model.forget?.() }),
    close: () => model.close(),
  };
}
