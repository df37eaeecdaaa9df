/** The arguments of a call, as Python hands them to parameters. */
import { indexOf, textOf, typeOf, type Value } from "./values.ts";

/** The argument for each parameter, undefined where there is none. Throws for more, for other names and for the same twice. */
export function take(
  parameters: readonly string[],
  args: readonly Value[],
  named: ReadonlyMap<string, Value>,
): (Value | undefined)[] {
  if (args.length > parameters.length) {
    throw new Error(`expected at most ${parameters.length} arguments, found ${args.length}`);
  }
  const taken: (Value | undefined)[] = parameters.map((_, index) => args[index]);
  for (const [name, value] of named) {
    const index = parameters.indexOf(name);
    if (index < 0) throw new Error(`the argument ${name} is not known here`);
    if (index < args.length) throw new Error(`the argument ${name} is given twice`);
    taken[index] = value;
  }
  return taken;
}

/** Throws for anything but a text. Marked text is none: Python escapes what is joined with it. */
export function text(value: Value | undefined): string {
  if (typeof value === "string") return value;
  throw new Error(`expected a text, found ${value === undefined ? "nothing" : `a value of type ${typeOf(value)}`}`);
}

/** Throws for anything but a whole number; `otherwise` where there is none. */
export function integer(value: Value | undefined, otherwise?: number): number {
  if (value === undefined && otherwise !== undefined) return otherwise;
  const number = value === undefined ? undefined : indexOf(value);
  if (number === undefined) throw new Error("expected a whole number");
  return number;
}

/** A text, or nothing: for `None` and where it is left out. */
export function optionalText(value: Value | undefined): string | undefined {
  return value === undefined || value === null ? undefined : text(value);
}

/** A text of any kind, marks forgotten. */
export const plain = (value: Value): string => textOf(value) ?? text(value);
