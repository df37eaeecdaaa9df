/** The chat templates that the pinned trl ships, each in a checkpoint folder of its own. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chatCheckpoint, tokenizerJson } from "../chat-checkpoint.ts";
import { ask } from "./real.ts";

/** Templates of pictures, and those that TRL made for its own masks: another text than servers show. */
const LEFT_OUT = /_training$|_vl$|llava|idefics|smolvlm/;

/** By name. */
export const shippedTemplates = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(ask<Record<string, string>>("render_templates.py", null)).filter(([name]) => !LEFT_OUT.test(name)),
  );

const SPECIAL = /<[|｜][^<>\s{}'"]{1,40}[|｜]?>|<[a-z_]{1,20}\|>|<(?:start|end)_of_turn>|<sop>|\[gMASK\]/g;
const ENDS = [
  "<｜end▁of▁sentence｜>",
  "<|return|>",
  "<|im_end|>",
  "<|eot_id|>",
  "<|end|>",
  "<end_of_turn>",
  "<turn|>",
  "<|END_OF_TURN_TOKEN|>",
];

/** A folder with the template and a byte-level tokenizer whose special tokens are those that the template writes. */
export function templateFolder(t: { after(end: () => void): void }, template: string): string {
  const found = [...new Set(["<s>", "</s>", ...(template.match(SPECIAL) ?? []), ...ENDS])];
  const given = tokenizerJson({ parting: "llama3" }) as {
    added_tokens: object[];
    model: { vocab: Record<string, number> };
  };
  const next = Math.max(...Object.values(given.model.vocab)) + 1;
  const isNew = (content: string) => !Object.hasOwn(given.model.vocab, content);
  const added = found.filter(isNew).map((content, index) => ({
    ...{
      id: next + index,
      content,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    },
  }));
  const tokenizer = { ...given, added_tokens: [...given.added_tokens, ...added] };
  const folder = chatCheckpoint(t, { template, tokenizer });
  const end = ENDS.find((each) => template.includes(each)) ?? "</s>";
  const config = { tokenizer_class: "PreTrainedTokenizerFast", bos_token: "<s>", eos_token: end, pad_token: "<|pad|>" };
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(config));
  return folder;
}
