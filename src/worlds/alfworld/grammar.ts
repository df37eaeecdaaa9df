/**
 * The text side of a game: `twl2`, a grammar whose rules may ask what is true. Parsed into symbols with predicates and
 * variables already replaced by numbers, so that one grammar serves all games.
 *
 *   #rule#          what the first rule of that name whose condition holds gives
 *   {o.name}        the name (id, indefinite or definite article) of what a variable stands for
 *   {x | query}     x once for each answer to the query
 *   [{x | query}]   the same as a list with commas and "and"
 *
 * Not here: replacing symbols by text, see text.ts.
 */
import { CliError } from "../../core/errors.ts";

export type TextSymbol =
  | { readonly kind: "text"; readonly text: string }
  /** The task's sentence, which no rule of the grammar may fix. */
  | { readonly kind: "task" }
  | { readonly kind: "rule"; readonly name: string }
  /** The first of `choices` that is not empty; each is put together from its parts. */
  | { readonly kind: "value"; readonly choices: readonly (readonly Part[])[] }
  | { readonly kind: "each"; readonly symbol: TextSymbol; readonly query: Query | null; readonly asList: boolean };

export type Part =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "attribute"; readonly attribute: Attribute; readonly variable: number };

const ATTRIBUTES = ["name", "id", "indefinite", "definite"] as const;
type Attribute = (typeof ATTRIBUTES)[number];

/** All atoms must be true; they are tried from left to right. */
export type Query = readonly { readonly predicate: number; readonly variables: readonly number[] }[];

export interface Rule {
  /** null = always. */
  readonly condition: Query | null;
  readonly symbols: readonly TextSymbol[];
}

export interface Grammar {
  readonly rules: ReadonlyMap<string, readonly Rule[]>;
  /** By lower-case name of the action. */
  readonly actions: ReadonlyMap<
    string,
    { readonly command: readonly TextSymbol[]; readonly feedback: readonly TextSymbol[] }
  >;
  /** Number of each variable that occurs, action parameters included. */
  readonly variables: ReadonlyMap<string, number>;
}

/** The rules that the language itself asks for. */
export const RULES = {
  intro: "intro",
  task: "task",
  empty: "list_empty",
  separator: "list_separator",
  last: "list_last_separator",
} as const;

/** What the grammar may speak of. */
export interface Vocabulary {
  /** Number and arity of a predicate, undefined if there is none. */
  predicate(name: string): { readonly number: number; readonly arity: number } | undefined;
  /** Variables that are there whether the grammar uses them or not: the parameters of actions. */
  readonly variables: Iterable<string>;
}

/** Throws CliError saying what was found and what was expected. */
export function parseGrammar(text: string, vocabulary: Vocabulary): Grammar {
  const rules = new Map<string, readonly Rule[]>();
  const actions = new Map<string, { command: readonly TextSymbol[]; feedback: readonly TextSymbol[] }>();
  const variables = new Map<string, number>();
  const context: Context = { vocabulary, variables };
  for (const name of vocabulary.variables) variableOf(name, context);
  for (const block of blocksOf(text)) {
    if (block.kind === "rules") addRules(rules, block.json, context);
    else {
      const command = symbolsOf(block.template, context);
      actions.set(block.name.toLowerCase(), { command, feedback: symbolsOf(block.feedback, context) });
    }
  }
  rules.set(RULES.task, [{ condition: null, symbols: [{ kind: "task" }] }]);
  checkReferences(rules, actions);
  return { rules, actions, variables };
}

interface Context {
  readonly vocabulary: Vocabulary;
  readonly variables: Map<string, number>;
}

type Block =
  | { readonly kind: "rules"; readonly json: string }
  | { readonly kind: "action"; readonly name: string; readonly template: string; readonly feedback: string };

const BLANKS = String.raw`\s*(?:#[^\n]*\n\s*)*`;
const RULES_BLOCK = String.raw`grammar\s*::\s*"""([\s\S]*?)"""\s*;`;
const OUTSIDE = new RegExp(`${BLANKS}(?:${RULES_BLOCK}|action\\s+([\\w/-]+)\\s*\\{|$)`, "y");
const FIELD = String.raw`(template|feedback|pddl)\s*::\s*(?:"""([\s\S]*?)"""|"([^"]*)")\s*;`;
const INSIDE = new RegExp(`${BLANKS}(?:${RULES_BLOCK}|${FIELD}|(\\}))`, "y");

/** The file's blocks in order; rules written inside an action come before it. */
function* blocksOf(text: string): Generator<Block> {
  let at = 0;
  const next = (pattern: RegExp, expected: string): RegExpExecArray => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) throw new CliError(`grammar: expected ${expected} at "${text.slice(at).trim().slice(0, 40)}"`);
    at = pattern.lastIndex;
    return match;
  };
  while (at < text.length) {
    const [, json, name] = next(OUTSIDE, 'grammar :: """…"""; or action … {');
    if (json !== undefined) yield { kind: "rules", json };
    if (name === undefined) continue;
    const fields = new Map<string, string>();
    for (;;) {
      const [, inner, field, block, line, end] = next(
        INSIDE,
        `template, feedback or grammar of action ${name}, or "}"`,
      );
      if (end) break;
      if (inner !== undefined) yield { kind: "rules", json: inner };
      else fields.set(field!, block ?? line!);
    }
    const template = fields.get("template");
    const feedback = fields.get("feedback");
    if (template === undefined || feedback === undefined) {
      throw new CliError(`grammar: expected a template and a feedback in action ${name}`);
    }
    yield { kind: "action", name, template, feedback };
  }
}

function addRules(rules: Map<string, readonly Rule[]>, json: string, context: Context): void {
  const code = json
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .join("\n");
  let parsed: unknown;
  try {
    parsed = JSON.parse(code);
  } catch (error) {
    throw new CliError(`grammar: expected rules as JSON: ${(error as Error).message}`);
  }
  if (parsed === null || typeof parsed !== "object") throw new CliError("grammar: expected an object of rules");
  for (const [name, alternatives] of Object.entries(parsed)) {
    if (!Array.isArray(alternatives)) throw new CliError(`grammar: expected a list of rules for "${name}"`);
    rules.set(
      name,
      alternatives.map((rule) => ruleOf(name, rule, context)),
    );
  }
}

function ruleOf(name: string, rule: unknown, context: Context): Rule {
  const { rhs, condition } = (rule ?? {}) as { rhs?: unknown; condition?: unknown };
  if (typeof rhs !== "string") throw new CliError(`grammar: expected a text as "rhs" of rule "${name}"`);
  if (condition !== undefined && typeof condition !== "string") {
    throw new CliError(`grammar: expected a text as "condition" of rule "${name}"`);
  }
  return { condition: condition ? queryOf(condition, context) : null, symbols: symbolsOf(rhs, context) };
}

function symbolsOf(source: string, context: Context): TextSymbol[] {
  // The original's tokenizer takes blanks (or a // comment) and a line break at the start for nothing.
  const text = source.replace(/^(\/\/.*|\s*)\n?/, "");
  const symbols: TextSymbol[] = [];
  let at = 0;
  const upTo = (close: string): string => {
    const end = text.indexOf(close, at + 1);
    if (end < 0) throw new CliError(`grammar: expected "${close}" after "${text.slice(at, at + 40)}"`);
    const inner = text.slice(at + 1, end);
    at = end + 1;
    return inner;
  };
  while (at < text.length) {
    const mark = text[at]!;
    if (mark === "#") symbols.push({ kind: "rule", name: upTo("#") });
    else if (mark === "{") symbols.push(eachSymbol(upTo("}"), context, false));
    else if (mark === "[") {
      const inner = upTo("]").trim();
      if (!/^\{[^}]*\}$/.test(inner)) throw new CliError(`grammar: expected {…} within [${inner.slice(0, 40)}]`);
      symbols.push(eachSymbol(inner.slice(1, -1), context, true));
    } else if (mark === "}" || mark === "]") at++;
    else {
      const [plain] = /^[^#[\]{}]+/.exec(text.slice(at))!;
      symbols.push({ kind: "text", text: plain.replaceAll("\\n", "\n") });
      at += plain.length;
    }
  }
  return symbols;
}

/** `expression | query`, the query being optional. */
function eachSymbol(source: string, context: Context, asList: boolean): TextSymbol {
  const bar = source.indexOf("|");
  const expression = (bar < 0 ? source : source.slice(0, bar)).trim();
  const question = bar < 0 ? "" : source.slice(bar + 1).trim();
  const rule = /^#([^#]+)#$/.exec(expression);
  const symbol: TextSymbol = rule ? { kind: "rule", name: rule[1]! } : valueSymbol(expression, context);
  return { kind: "each", symbol, query: question ? queryOf(question, context) : null, asList };
}

/** `o.indefinite + ' ' + o.name`, `r.name or r.id`, or a bare `r`, which means its name. */
function valueSymbol(expression: string, context: Context): TextSymbol {
  const choices = expression.split(/\s+or\s+/).map((choice) =>
    choice.split("+").map((source): Part => {
      const part = source.trim();
      const literal = /^'([^']*)'$/.exec(part);
      if (literal) return { kind: "literal", text: literal[1]! };
      const [, variable, attribute = "name"] = /^(\w+)(?:\.(\w+))?$/.exec(part) ?? [];
      if (!variable || !isAttribute(attribute)) {
        throw new CliError(`grammar: expected 'text' or variable.${ATTRIBUTES.join("|")}, got {${part.slice(0, 40)}}`);
      }
      return { kind: "attribute", attribute, variable: variableOf(variable, context) };
    }),
  );
  return { kind: "value", choices };
}

const isAttribute = (word: string): word is Attribute => (ATTRIBUTES as readonly string[]).includes(word);

/** `holds(a:agent, o:object) & openable(r)`: types are there for the reader only. */
function queryOf(source: string, context: Context): Query {
  return source.split("&").map((part) => {
    const match = /^\s*([\w-]+)\(([^()]*)\)\s*$/.exec(part);
    if (!match) throw new CliError(`grammar: expected predicate(variable:type, …), got "${part.trim().slice(0, 40)}"`);
    const predicate = context.vocabulary.predicate(match[1]!);
    if (!predicate) throw new CliError(`grammar: unknown predicate "${match[1]}"`);
    const names = match[2]!.split(",").map((term) => term.split(":")[0]!.trim());
    const variables = names.filter(Boolean).map((name) => variableOf(name, context));
    if (variables.length !== predicate.arity) {
      throw new CliError(`grammar: expected ${predicate.arity} variables in "${part.trim()}"`);
    }
    return { predicate: predicate.number, variables };
  });
}

function variableOf(name: string, { variables }: Context): number {
  const known = variables.get(name);
  if (known !== undefined) return known;
  variables.set(name, variables.size);
  return variables.size - 1;
}

function checkReferences(rules: Grammar["rules"], actions: Grammar["actions"]): void {
  const needed = new Set<string>(Object.values(RULES));
  const visit = (symbol: TextSymbol): void => {
    if (symbol.kind === "rule") needed.add(symbol.name);
    if (symbol.kind === "each") visit(symbol.symbol);
  };
  for (const alternatives of rules.values()) for (const { symbols } of alternatives) symbols.forEach(visit);
  for (const { command, feedback } of actions.values()) [...command, ...feedback].forEach(visit);
  for (const name of needed) if (!rules.has(name)) throw new CliError(`grammar: expected a rule "${name}"`);
}
