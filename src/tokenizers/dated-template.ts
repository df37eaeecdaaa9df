/**
 * A chat template with its day written into it, for servers. What a template writes where it asks for today is the server's
 * clock's, and no request can say otherwise, so a run of several days would show its model several days.
 */
import { join } from "node:path";
import { CliError } from "../core/errors.ts";
import { strftime } from "../jinja/dates.ts";
import { formatsOfToday } from "../jinja/names.ts";
import { openChatTemplate } from "./chat-template.ts";
import { readJsonObject, saidOf } from "./json-file.ts";
import { COMPUTING_LIMITS } from "./limits.ts";
import { templateSources } from "./template-files.ts";
import type { TemplateVariables } from "./template-variables.ts";

const configOf = (folder: string) => readJsonObject(join(folder, "tokenizer_config.json"));

/** Whether the chat template of a checkpoint folder asks for today, though it is given `variables`. Throws CliError for no template. */
export function asksForToday(folder: string, variables: TemplateVariables | undefined): boolean {
  const config = configOf(folder);
  const renders = (day: { readonly date?: string }) => {
    const render = openChatTemplate(folder, config, COMPUTING_LIMITS, { ...(variables && { variables }), ...day });
    try {
      render([{ role: "user", content: "?" }], true);
      return true;
    } catch {
      return false;
    }
  };
  return !renders({}) && renders({ date: "2000-01-01" });
}

/**
 * The text of a checkpoint folder's chat template for conversations with or without tools; every day that it would ask for is
 * `date` (YYYY-MM-DD), if one is given. Throws CliError where it asks in a way that is not known here.
 */
export function datedTemplate(folder: string, hasTools: boolean, date: string | undefined): string {
  const { plain, withTools } = templateSources(folder, configOf(folder));
  const chosen = (hasTools ? withTools : plain) ?? withTools!;
  if (date === undefined) return chosen.source;
  try {
    const days = formatsOfToday(chosen.source).map((format) => `${quoted(format)}: ${quoted(strftime(date, format))}`);
    if (days.length === 0) return chosen.source;
    // A line of its own: what the template's first line is, it stays.
    return `{% macro strftime_now(format) %}{{ {${days.join(", ")}}[format] }}{% endmacro %}\n${chosen.source}`;
  } catch (error) {
    throw new CliError(`${chosen.place}: the day cannot be written into it (${saidOf(error)})`);
  }
}

/** A text as Jinja writes it. */
const quoted = (text: string) => JSON.stringify(text);
