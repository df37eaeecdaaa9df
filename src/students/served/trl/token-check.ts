/**
 * The tokens made here against those that transformers makes, on given rows: python/check_tokens.py as a child process.
 * The TRL trainer does the same in the process that trains; this is for whoever trains elsewhere.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { TemplateVariables } from "../../../tokenizers/template-variables.ts";
import { trlError } from "./failures.ts";
import { PYTHON_VARIABLES } from "./python-process.ts";

const SCRIPT = resolve(import.meta.dirname, "..", "..", "..", "..", "python", "check_tokens.py");

export type TokenRow =
  | { readonly text: string; readonly ids: readonly number[] }
  /** As templates know them (`templateMessage`). `prompt`: with what the next assistant message is headed with. */
  | {
      readonly messages: readonly object[];
      readonly tools?: readonly object[];
      readonly prompt?: boolean;
      readonly ids: readonly number[];
    };

export interface TokenDifference {
  /** Index of the row. */
  readonly row: number;
  /** Index of the first token that differs. */
  readonly position: number;
  /** The text around it, as transformers has it, and as the row has it. */
  readonly expected: string;
  readonly found: string;
}

export interface TokenCheck {
  /** The interpreter of an environment with python/requirements.txt. */
  readonly python: string;
  /** The checkpoint folder. */
  readonly folder: string;
  readonly rows: readonly TokenRow[];
  /** What the chat template is given beside each conversation, by name; `date` is the day that it writes. Absent: nothing. */
  readonly template?: TemplateVariables;
}

/** The rows whose ids are not those of transformers, in order. Throws TrainerError if Python cannot say. */
export async function tokenDifferences({
  python,
  folder,
  rows,
  template,
}: TokenCheck): Promise<readonly TokenDifference[]> {
  const given = template ? [JSON.stringify(template)] : [];
  const child = spawn(python, [SCRIPT, resolve(folder), ...given], { env: { ...process.env, ...PYTHON_VARIABLES } });
  // A child that is gone makes writing fail; why it went is said below.
  Readable.from(linesOf(rows))
    .pipe(child.stdin)
    .on("error", () => {});
  const [answer, complaint, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close").catch((error: Error) => {
      throw trlError("python missing", `${python}: ${error.message}`);
    }),
  ]);
  if (code !== 0) throw trlError("failed", `comparing tokens: ${complaint.trim().split("\n").at(-1)}`);
  const { rows: count, differences } = JSON.parse(answer) as { rows: number; differences: TokenDifference[] };
  if (count !== rows.length) throw trlError("failed", `comparing tokens: ${count} of ${rows.length} rows were read`);
  return differences;
}

/** A line of JSON for each row: all together may be longer than a text can be. */
function* linesOf(rows: readonly TokenRow[]): Generator<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`;
}
