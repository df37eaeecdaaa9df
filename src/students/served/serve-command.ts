/**
 * The command that serves a student's checkpoints, with the file `{template}` in it: the chat template with the day of the
 * config written into it, for servers that take a template of one's own (vLLM and SGLang: `--chat-template`).
 */
import { join, resolve } from "node:path";
import { writeWholeInFolder } from "../../core/disk.ts";
import { CliError } from "../../core/errors.ts";
import { fingerprint } from "../../core/ids.ts";
import { asksForToday, datedTemplate } from "../../tokenizers/dated-template.ts";
import type { ServedConfig } from "./config.ts";

const TEMPLATE = "{template}";

/** `project`: its folder. Throws CliError where the server would write its own day, StoreError where the file cannot be written. */
export function serveCommand(project: string, { student, format }: ServedConfig): readonly string[] {
  const { serve, checkpoint, template } = student;
  const day = template?.date;
  const date = typeof day === "string" ? day : undefined;
  if (!serve.some((part) => part.includes(TEMPLATE))) {
    if (date !== undefined && asksForToday(checkpoint, template)) throw new CliError(NO_TEMPLATE);
    return serve;
  }
  const text = datedTemplate(checkpoint, format === "tools", date);
  const file = resolve(join(project, "templates", `${fingerprint(text)}.jinja`));
  writeWholeInFolder(file, text);
  return serve.map((part) => part.replaceAll(TEMPLATE, file));
}

const NO_TEMPLATE =
  "student.serve: the chat template asks for today, and the server would write its own day: give the server the template " +
  `with the day of student.template in it, for example --chat-template "${TEMPLATE}"`;
