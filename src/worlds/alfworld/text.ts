/** Symbols → text: asks the grammar's queries of the facts and writes down the answers. */
import { EnvironmentError } from "../../core/errors.ts";
import { type Fact, type Facts, factsWith } from "./facts.ts";
import { type Grammar, type Part, type Query, RULES, type TextSymbol } from "./grammar.ts";

/** What a text is written about. */
export interface Subject {
  readonly grammar: Grammar;
  readonly facts: Facts;
  /** By number of the object. */
  readonly ids: readonly string[];
  readonly names: readonly string[];
  /** The sentence after "Your task is to: ". */
  readonly task: string;
}

const UNBOUND = -1;

/** More symbols, or answers tried, than any sensible text needs. */
const MAX_WORK = 1_000_000;
const MAX_DEPTH = 100;

/** A binding with nothing bound, for `grammar`. */
export const unbound = (grammar: Grammar): number[] => new Array<number>(grammar.variables.size).fill(UNBOUND);

/** The text of `symbols`. `binding` is as before afterwards. Throws EnvironmentError where the grammar gives no text. */
export function write(symbols: readonly TextSymbol[], subject: Subject, binding: number[]): string {
  return textOf(symbols, { subject, binding, work: 0 }, 0);
}

interface Writer {
  readonly subject: Subject;
  readonly binding: number[];
  work: number;
}

function textOf(symbols: readonly TextSymbol[], writer: Writer, depth: number): string {
  let text = "";
  for (const symbol of symbols) text += symbolText(symbol, writer, depth);
  return text;
}

function symbolText(symbol: TextSymbol, writer: Writer, depth: number): string {
  switch (symbol.kind) {
    case "text":
      return symbol.text;
    case "task":
      return `Your task is to: ${writer.subject.task}`;
    case "value":
      return valueText(symbol.choices, writer);
    case "rule":
      return ruleText(symbol.name, writer, depth + 1);
    case "each": {
      const texts: string[] = [];
      eachAnswer(symbol.query ?? [], 0, writer, () => {
        texts.push(symbolText(symbol.symbol, writer, depth));
        return false;
      });
      return symbol.asList ? listText(texts, writer, depth) : texts.join("");
    }
  }
}

function ruleText(name: string, writer: Writer, depth: number): string {
  count(writer, 1);
  if (depth > MAX_DEPTH) throw new EnvironmentError(`the grammar's rule "${name}" does not come to an end`);
  for (const { condition, symbols } of writer.subject.grammar.rules.get(name)!) {
    if (!condition || eachAnswer(condition, 0, writer, () => true)) return textOf(symbols, writer, depth);
  }
  throw new EnvironmentError(`no rule "${name}" of the grammar has a condition that holds`);
}

function listText(texts: readonly string[], writer: Writer, depth: number): string {
  if (texts.length === 0) return ruleText(RULES.empty, writer, depth + 1);
  if (texts.length === 1) return texts[0]!;
  const start = texts.slice(0, -1).join(ruleText(RULES.separator, writer, depth + 1));
  return start + ruleText(RULES.last, writer, depth + 1) + texts.at(-1);
}

function valueText(choices: readonly (readonly Part[])[], writer: Writer): string {
  for (const parts of choices) {
    let text = "";
    for (const part of parts) text += partText(part, writer);
    if (text) return text;
  }
  return "";
}

function partText(part: Part, { subject, binding }: Writer): string {
  if (part.kind === "literal") return part.text;
  if (part.attribute === "indefinite") return "a";
  if (part.attribute === "definite") return "the";
  const object = binding[part.variable]!;
  if (object === UNBOUND) throw new EnvironmentError("the grammar names something that no condition has chosen");
  return part.attribute === "name" ? subject.names[object]! : subject.ids[object]!;
}

/**
 * Calls `found` for each answer, in the order of the facts, until it returns true; returns whether it did. Different
 * variables stand for different objects.
 */
function eachAnswer(query: Query, index: number, writer: Writer, found: () => boolean): boolean {
  const atom = query[index];
  if (!atom) return found();
  const { predicate, variables } = atom;
  const { binding, subject } = writer;
  const known = variables.findIndex((variable) => binding[variable] !== UNBOUND);
  const relation = subject.facts[predicate]!;
  const candidates = known < 0 ? relation.facts : factsWith(relation, known, binding[variables[known]!]!);
  count(writer, candidates.length);
  const isFree = variables.map((variable) => binding[variable] === UNBOUND);
  for (const fact of candidates) {
    const stop = fits(fact, variables, binding) && eachAnswer(query, index + 1, writer, found);
    for (let i = 0; i < variables.length; i++) if (isFree[i]) binding[variables[i]!] = UNBOUND;
    if (stop) return true;
  }
  return false;
}

/** Whether `fact` agrees with what is bound; what is free gets bound, even if a later part then disagrees. */
function fits(fact: Fact, variables: readonly number[], binding: number[]): boolean {
  for (let i = 0; i < variables.length; i++) {
    const variable = variables[i]!;
    const object = fact[i]!;
    if (binding[variable] === UNBOUND) {
      if (binding.includes(object)) return false;
      binding[variable] = object;
    } else if (binding[variable] !== object) return false;
  }
  return true;
}

function count(writer: Writer, amount: number): void {
  writer.work += amount;
  if (writer.work > MAX_WORK) throw new EnvironmentError("the grammar's rules do not come to an end");
}

/** The numbers of all predicates that the text of `symbols` may depend on. */
export function predicatesIn(symbols: readonly TextSymbol[], grammar: Grammar): Set<number> {
  const predicates = new Set<number>();
  const seen = new Set<string>();
  const addQuery = (query: Query | null): void => {
    for (const atom of query ?? []) predicates.add(atom.predicate);
  };
  const visit = (symbol: TextSymbol): void => {
    if (symbol.kind === "each") {
      addQuery(symbol.query);
      visit(symbol.symbol);
      if (symbol.asList) for (const name of [RULES.empty, RULES.separator, RULES.last]) visit({ kind: "rule", name });
    }
    if (symbol.kind !== "rule" || seen.has(symbol.name)) return;
    seen.add(symbol.name);
    for (const { condition, symbols } of grammar.rules.get(symbol.name)!) {
      addQuery(condition);
      symbols.forEach(visit);
    }
  };
  symbols.forEach(visit);
  return predicates;
}
