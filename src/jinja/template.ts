/**
 * Jinja2's language, as transformers sets it up for chat templates: a template → a function that writes the very text that
 * Python writes, or throws. A feature that is not known here is an error too, never a guess.
 */
import { globals } from "./globals.ts";
import { parse } from "./parse.ts";
import { inside, type Scope, type WorkLimits, workWithin } from "./scope.ts";
import { compileBody, type Output } from "./statements.ts";
import type { Value } from "./values.ts";

export interface TemplateOptions {
  readonly limits: WorkLimits;
  /** The day on which everything is rendered, as YYYY-MM-DD; null: a template that asks for it is refused when it does. */
  readonly date: string | null;
}

/** Throws Error where Python does, and for what is not known here. */
export type Template = (variables: ReadonlyMap<string, Value>) => string;

/** Throws Error for what is no template, or uses what is not known here. */
export function compileTemplate(source: string, { limits, date }: TemplateOptions): Template {
  const run = compileBody(parse(source));
  const given = globals(date);
  return (variables) => {
    const root: Scope = { values: new Map(given), outer: null, work: workWithin(limits) };
    const scope = inside(root);
    for (const [name, value] of variables) scope.values.set(name, value);
    const output: Output = [];
    run(scope, output);
    return output.join("");
  };
}
