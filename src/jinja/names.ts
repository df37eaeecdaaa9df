/** Which names a template takes from outside: what can be given to it beside the conversation. */
import type { Expression, Statement, Target } from "./ast.ts";
import { globals } from "./globals.ts";
import { parse } from "./parse.ts";

export interface TemplateNames {
  /** Every name whose value is looked up somewhere. */
  readonly read: ReadonlySet<string>;
  /** Those that come from outside: read, and neither Jinja's nor only the template's own. In the order of the alphabet. */
  readonly given: readonly string[];
}

/** What stands for something within loops and macros. */
const OF_JINJA = ["loop", "caller", "varargs", "kwargs"];

type Node = Expression | Statement | Target;

/** Throws Error for what is no template, or uses what is not known here. */
export function namesIn(source: string): TemplateNames {
  const [read, asked] = [new Set<string>(), new Set<string>()];
  const own = new Set<string>([...globals(null).keys(), ...OF_JINJA]);
  visit(parse(source));
  // What is asked whether it is there, or has a default, may come from outside even where the template sets it afterwards.
  const given = [...read].filter((name) => asked.has(name) || !own.has(name)).sort();
  return { read, given };

  function visit(value: unknown): void {
    if (Array.isArray(value)) for (const each of value) visit(each);
    if (Array.isArray(value) || typeof value !== "object" || value === null) return;
    const node = value as Node;
    if (node.kind === "name") read.add(node.name);
    if ((node.kind === "test" || node.kind === "filter") && "of" in node && node.of?.kind === "name") {
      if (/^((un)?defined|default|d)$/.test(node.name)) asked.add(node.of.name);
    }
    if (node.kind === "macro") own.add(node.name);
    if (node.kind === "macro" || (node.kind === "call" && "parameters" in node)) {
      for (const { name } of node.parameters) own.add(name);
    }
    for (const [key, member] of Object.entries(node)) {
      if (key === "target") assign(member as Target);
      else if (node.kind === "with" && key === "values") node.values.forEach(visitValue);
      else visit(member);
    }
  }

  function visitValue([target, expression]: readonly [Target, Expression]): void {
    assign(target);
    visit(expression);
  }

  function assign(target: Target): void {
    if (target.kind === "tuple") target.items.forEach(assign);
    else own.add(target.name);
  }
}

/** How a template writes today, each way once: what it gives to `strftime_now`. Throws Error where that is no text written out. */
export function formatsOfToday(source: string): readonly string[] {
  const formats = new Set<string>();
  visit(parse(source));
  return [...formats];

  function visit(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    const node = value as Node;
    if (
      node.kind === "call" &&
      "callee" in node &&
      node.callee.kind === "name" &&
      node.callee.name === "strftime_now"
    ) {
      const [format] = [...node.given.args, ...node.given.named.map(([, each]) => each)];
      if (format?.kind !== "const" || typeof format.value !== "string")
        throw new Error("it asks for today in a form that it computes");
      formats.add(format.value);
    }
    for (const member of Object.values(value)) visit(member);
  }
}
