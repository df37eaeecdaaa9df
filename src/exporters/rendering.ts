/**
 * Whether a tool shows the model, before each message that it learns, what a server shows: with the chat template of its
 * folder, the text that is learned from stands behind the very prompt (tokenizers/labels.ts). A template may write earlier
 * turns otherwise once others follow.
 */
import { CliError } from "../core/errors.ts";
import type { Demonstration, Preference } from "../core/training.ts";
import type { ChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
import type { Row } from "../tokenizers/rows.ts";
import { conversationsOf } from "./calls.ts";
import type { Exporter, ExportOptions, Rendering } from "./exporter.ts";

/** Why a row's text would be another; undefined if it is the same, or nobody can say. */
export function problemOfText(
  exporter: Exporter,
  row: Demonstration | Preference,
  { tokenizer, leaveOut }: ExportOptions,
): string | undefined {
  // Rows of token ids are refused when they are written.
  const isKnown = !tokenizer || (exporter.rendering === "ids" && !leaveOut);
  return (isKnown ? undefined : refusalOf(tokenizer, row, exporter.rendering)) ?? exporter.otherText?.(row, tokenizer);
}

/** Why what the policy read and wrote is not one row, as the chat template alone writes it; undefined if it is. */
function refusalOf(
  tokenizer: ChatTokenizer,
  row: Demonstration | Preference,
  rendering: Rendering,
): string | undefined {
  const call =
    rendering === "ids"
      ? -1
      : conversationsOf(row)
          .flat()
          .findIndex(({ toolCalls }) => toolCalls !== undefined);
  if (call >= 0 && joinsArguments(tokenizer))
    return `message ${call} has a call: the chat template joins arguments to text, and the tool hands it objects, at which it stops`;
  try {
    if (!("messages" in row)) {
      const { chosen, rejected } = tokenizer.preference(row);
      return otherwise([chosen]) ?? otherwise([rejected]);
    }
    const { rows } = tokenizer.demonstration(row);
    // Where gleaner makes the tokens, several rows stand for one conversation.
    return rendering === "ids" ? undefined : otherwise(rows);
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
}

/** Whether the template takes arguments as text: then their blanks are written as they are. */
function joinsArguments({ render }: ChatTokenizer): boolean {
  const given = '{"a":  "b"}';
  const call = { id: "call00000", name: "act", arguments: given };
  try {
    return render(
      [
        { role: "user", content: "a" },
        { role: "assistant", content: "", toolCalls: [call] },
      ],
      false,
    ).includes(given);
  } catch {
    return false;
  }
}

function otherwise([row, ...more]: readonly Row[]): string | undefined {
  const { learned, next, tail } = row!.shows;
  const message = `message ${learned.at(-1)}`;
  if (more.length > 0) return `${message}: the chat template writes it otherwise before later messages`;
  if (!next && tail === "") return undefined;
  return `${message}: the chat template does not write the end of a conversation as the policy wrote it; token ids can (trl-tokenized)`;
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
