/** `--template-variable key=value`: what a chat template is given beside each conversation. */
import { Option } from "commander";
import { CliError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { type TemplateVariables, unreadVariable, variableProblem } from "../tokenizers/template-variables.ts";
import { keyAndValue } from "./flags.ts";

const FLAG = "--template-variable";

export interface TemplateFlags {
  readonly templateVariable?: readonly string[];
}

export const templateVariableOption = (): Option =>
  new Option(
    `${FLAG} <key=value...>`,
    "give the chat template a variable, e.g. enable_thinking=false; date=2026-11-30 sets the day that it prints",
  );

/** Undefined where none is given. Throws CliError; `folder`: of a checkpoint, whose template must read them. */
export function templateVariables({ templateVariable }: TemplateFlags, folder?: string): TemplateVariables | undefined {
  if (templateVariable === undefined) return undefined;
  const variables = Object.fromEntries(templateVariable.map((text) => keyAndValue(FLAG, text))) as Record<string, Json>;
  for (const [name, value] of Object.entries(variables)) {
    const problem = variableProblem(name, value);
    if (problem !== undefined) throw new CliError(`${FLAG} ${name}: ${problem}`);
  }
  const unread = folder === undefined ? undefined : unreadVariable(folder, variables);
  if (unread) throw new CliError(`${FLAG} ${unread.name}: ${unread.problem}`);
  return variables;
}
