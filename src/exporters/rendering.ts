/**
 * Whether a tool shows the model, before each message that it learns, what a server shows: with the chat template of its
 * folder, the text that is learned from stands behind the very prompt (tokenizers/labels.ts). A template may write earlier
 * turns otherwise once others follow.
 */
import { CliError } from "../core/errors.ts";
import type { Demonstration, Preference } from "../core/training.ts";
import type { ChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
import type { Exporter, ExportOptions, Rendering } from "./exporter.ts";

/** Why a row's text would be another; undefined if it is the same, or nobody can say. */
export function problemOfText(
  exporter: Exporter,
  row: Demonstration | Preference,
  { tokenizer, leaveOut }: ExportOptions,
): string | undefined {
  // Rows of token ids are refused when they are written.
  const isKnown = !tokenizer || (exporter.rendering === "ids" && !leaveOut);
  return (isKnown ? undefined : refusalOf(tokenizer, row)) ?? exporter.otherText?.(row, tokenizer);
}

/** Why the tokenizer refuses it; undefined if it does not. */
export function refusalOf(tokenizer: ChatTokenizer, row: Demonstration | Preference): string | undefined {
  try {
    if ("messages" in row) tokenizer.demonstration(row);
    else tokenizer.preference(row);
    return undefined;
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
}

/** What is known of the text that a tool shows the model. */
export type Shown = "proven" | Exclude<Rendering, "ids">;

/** By who renders, and whether a tokenizer proved it. */
export const shownBy = (rendering: Rendering, hasTokenizer: boolean): Shown =>
  rendering === "ids" || hasTokenizer ? "proven" : rendering;

/** One line on what nobody has proven; undefined if all of it is. */
export function unproven(shown: Shown, tool: string): string | undefined {
  if (shown === "proven") return undefined;
  return {
    template: `not proven: that ${tool} shows the model before each turn what a server shows; --tokenizer DIR, with its folder, proves it`,
    tool: `not known: what ${tool} shows the model before each turn; it renders by a template of its own`,
    service: "not known: what the service shows the model before each turn",
  }[shown];
}
