/** Whether a chat template can tell a model what it may call. */
import { CliError } from "../../core/errors.ts";
import type { Tool } from "../../core/message.ts";
import type { ChatTokenizer } from "../../tokenizers/chat-tokenizer.ts";

const ASKED = [{ role: "user", content: "?" }] as const;

/** Throws CliError for a template that leaves tools out: the model would never hear of them. */
export function expectTools(tokenizer: Pick<ChatTokenizer, "render">, tools: readonly Tool[]): void {
  if (tokenizer.render(ASKED, true, tools) !== tokenizer.render(ASKED, true)) return;
  throw new CliError("format tools: the checkpoint's chat template has no place for tools; use another format");
}
