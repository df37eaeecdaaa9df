/** What configs say of a chat template: its variables (`enable_thinking`, `reasoning_effort` …), and the day that it may write. */
import { z } from "zod";
import { CliError } from "../../core/errors.ts";
import {
  type TemplateVariables,
  unreadVariable,
  type VariableProblem,
  variableProblem,
} from "../../tokenizers/template-variables.ts";

/** `student.template`. The same goes to what is trained, to what is sampled here and to every request to a server. */
export const template = z
  .record(z.string(), z.json())
  .superRefine((variables, context) => {
    for (const [name, value] of Object.entries(variables)) {
      const problem = variableProblem(name, value);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem, path: [name] });
    }
  })
  .optional();

/** Throws CliError naming the key of a variable that the chat templates in `folder` do not read. */
export function expectVariables(folder: string, variables: TemplateVariables | undefined): void {
  if (!variables) return;
  let unread: VariableProblem | undefined;
  try {
    unread = unreadVariable(folder, variables);
  } catch (error) {
    throw error instanceof CliError ? new CliError(`student.template: ${error.message}`, { cause: error }) : error;
  }
  if (unread) throw new CliError(`student.template.${unread.name}: ${unread.problem}`);
}
