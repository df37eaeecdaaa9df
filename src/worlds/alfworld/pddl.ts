/**
 * The part of PDDL that text games use: typed objects, actions with conditions (and, or, not, imply, exists, forall, =)
 * and effects (not, when, forall). Costs are read over; derived predicates, `either` types and numbers are refused.
 *
 * Conditions come out with negation pushed inwards, so that only atoms and equalities are ever negated.
 * One oddity is kept on purpose: a name that no type declares ("location," in `?l - location, ?r - receptacle`) is a type
 * without members, as in Fast Downward.
 */
import { CliError } from "../../core/errors.ts";
import { type Expression, parseExpression, written } from "./s-expression.ts";

/** The type that everything has. */
export const ANY_TYPE = "object";

export interface Typed {
  readonly name: string;
  readonly type: string;
}

export type Condition =
  | {
      readonly kind: "atom";
      readonly predicate: string;
      /** Variables begin with "?"; anything else is an object. */
      readonly terms: readonly string[];
      readonly negated: boolean;
    }
  | { readonly kind: "equal"; readonly terms: readonly [string, string]; readonly negated: boolean }
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  /** `exists`: some binding of `variables` makes `body` true; `none`: no binding does. */
  | { readonly kind: "exists" | "none"; readonly variables: readonly Typed[]; readonly body: Condition };

export interface Effect {
  /** Of `forall`: the effect happens for each binding that makes `condition` true. */
  readonly variables: readonly Typed[];
  /** null = always. */
  readonly condition: Condition | null;
  readonly predicate: string;
  readonly terms: readonly string[];
  /** The atom becomes false. */
  readonly negated: boolean;
}

export interface Action {
  readonly name: string;
  readonly parameters: readonly Typed[];
  readonly precondition: Condition;
  readonly effects: readonly Effect[];
}

export interface Domain {
  /** Type → the type above it. `object` is above all and above itself. */
  readonly types: ReadonlyMap<string, string>;
  /** Predicate → number of its arguments. */
  readonly predicates: ReadonlyMap<string, number>;
  readonly constants: readonly Typed[];
  readonly actions: readonly Action[];
}

export interface Problem {
  readonly objects: readonly Typed[];
  /** Predicate and arguments of everything that is true at first. */
  readonly facts: readonly (readonly string[])[];
  readonly goal: Condition;
}

/** Throws CliError saying what was found and what was expected. */
export function parseDomain(text: string): Domain {
  const what = "pddl_domain";
  const types = new Map([[ANY_TYPE, ANY_TYPE]]);
  const predicates = new Map<string, number>();
  const constants: Typed[] = [];
  const bodies: (readonly Expression[])[] = [];
  for (const [head, section] of sections(text, "domain", what)) {
    if (head === ":types") for (const { name, type } of typedList(section.slice(1), what)) types.set(name, type);
    else if (head === ":constants") constants.push(...typedList(section.slice(1), what));
    else if (head === ":predicates") {
      for (const declaration of section.slice(1)) {
        const [name, ...parameters] = listOf(declaration, what);
        predicates.set(wordOf(name, what), typedList(parameters, what).length);
      }
    } else if (head === ":action") bodies.push(section);
    else if (head !== ":requirements" && head !== ":functions") throw new CliError(`${what}: cannot read ${head}`);
  }
  if (bodies.length === 0) throw new CliError(`${what}: expected at least one (:action …)`);
  const actions = bodies.map((body) => parseAction(body, predicates));
  return { types, predicates, constants, actions };
}

/** Throws CliError, also for predicates and types that `domain` does not declare and for objects used but not declared. */
export function parseProblem(text: string, domain: Domain): Problem {
  const what = "pddl_problem";
  const objects: Typed[] = [...domain.constants];
  const facts: (readonly string[])[] = [];
  let goal: Expression | undefined;
  for (const [head, section] of sections(text, "problem", what)) {
    if (head === ":objects") objects.push(...typedList(section.slice(1), what));
    else if (head === ":init") {
      for (const fact of section.slice(1)) if (listOf(fact, what)[0] !== "=") facts.push(factOf(fact, domain, what));
    } else if (head === ":goal") goal = section[1];
    else if (head !== ":domain" && head !== ":requirements" && head !== ":metric") {
      throw new CliError(`${what}: cannot read ${head}`);
    }
  }
  for (const { name, type } of objects) {
    if (!domain.types.has(type)) throw new CliError(`${what}: ${name} is of type "${type}", which pddl_domain lacks`);
  }
  const declared = new Set(objects.map((object) => object.name));
  for (const fact of facts) {
    const stranger = fact.find((term, position) => position > 0 && !declared.has(term));
    if (stranger !== undefined)
      throw new CliError(`${what}: "${stranger}" in (${fact.join(" ")}) is no declared object`);
  }
  if (goal === undefined) throw new CliError(`${what}: expected a (:goal …)`);
  const scope: Scope = { what, predicates: domain.predicates, variables: new Set(), objects: declared };
  return { objects, facts, goal: parseCondition(goal, scope, false) };
}

/** The parts of `(define (domain name) …)`, each with its first word. */
function sections(text: string, kind: string, what: string): [string, readonly Expression[]][] {
  const [define, title, ...rest] = parseExpression(text, what);
  if (define !== "define" || !Array.isArray(title) || title[0] !== kind) {
    throw new CliError(`${what}: expected "(define (${kind} …) …)", got ${written([define ?? "", title ?? ""])}`);
  }
  return rest.map((section) => [wordOf(listOf(section, what)[0], what), listOf(section, what)]);
}

function factOf(expression: Expression, { predicates }: Domain, what: string): readonly string[] {
  const words = listOf(expression, what);
  const arity = predicates.get(words[0] as string);
  if (arity === undefined) throw new CliError(`${what}: unknown predicate in ${written(expression)}`);
  if (words.length !== arity + 1 || !words.every((word) => typeof word === "string")) {
    throw new CliError(`${what}: expected ${arity} objects in ${written(expression)}`);
  }
  return words;
}

function parseAction(body: readonly Expression[], predicates: ReadonlyMap<string, number>): Action {
  const name = wordOf(body[1], "pddl_domain");
  const what = `pddl_domain, action ${name}`;
  const parts = new Map<string, Expression>();
  for (let i = 2; i < body.length; i += 2) {
    const keyword = wordOf(body[i], what);
    if (![":parameters", ":precondition", ":effect"].includes(keyword) || body[i + 1] === undefined) {
      throw new CliError(`${what}: expected :parameters, :precondition and :effect with a list each, got ${keyword}`);
    }
    parts.set(keyword, body[i + 1]!);
  }
  const parameters = typedList(listOf(parts.get(":parameters") ?? [], what), what);
  const scope: Scope = { what, predicates, variables: new Set(parameters.map((parameter) => parameter.name)) };
  return {
    name,
    parameters,
    precondition: parseCondition(parts.get(":precondition") ?? [], scope, false),
    effects: parseEffects(parts.get(":effect") ?? [], scope, { variables: [], condition: null }),
  };
}

interface Scope {
  /** Names the place in errors. */
  readonly what: string;
  readonly predicates: ReadonlyMap<string, number>;
  readonly variables: ReadonlySet<string>;
  /** The objects that may be named; absent = any, since an action may name objects that a game lacks. */
  readonly objects?: ReadonlySet<string>;
}

/** `expression`, or its opposite if `negated`. An empty list is true. */
function parseCondition(expression: Expression, scope: Scope, negated: boolean): Condition {
  const [head, ...rest] = listOf(expression, scope.what);
  const parts = () => rest.map((part) => parseCondition(part, scope, negated));
  if (head === undefined) return { kind: negated ? "or" : "and", parts: [] };
  if (head === "and") return { kind: negated ? "or" : "and", parts: parts() };
  if (head === "or") return { kind: negated ? "and" : "or", parts: parts() };
  if (head === "not") return parseCondition(only(rest, expression, scope, 1)[0]!, scope, !negated);
  if (head === "imply") {
    const [premise, conclusion] = only(rest, expression, scope, 2);
    const both = [parseCondition(premise!, scope, !negated), parseCondition(conclusion!, scope, negated)];
    return { kind: negated ? "and" : "or", parts: both };
  }
  if (head === "exists" || head === "forall") {
    const [list, body] = only(rest, expression, scope, 2);
    const variables = typedList(listOf(list!, scope.what), scope.what);
    const isForall = head === "forall";
    const inner = parseCondition(body!, within(scope, variables), isForall);
    return { kind: isForall === negated ? "exists" : "none", variables, body: inner };
  }
  const terms = rest.map((term) => termOf(term, scope));
  if (head === "=") {
    const [left, right] = only(terms, expression, scope, 2);
    return { kind: "equal", terms: [left!, right!], negated };
  }
  return { kind: "atom", predicate: checkedPredicate(head, terms, scope), terms, negated };
}

type EffectContext = Pick<Effect, "variables" | "condition">;

function parseEffects(expression: Expression, scope: Scope, context: EffectContext): Effect[] {
  const [head, ...rest] = listOf(expression, scope.what);
  if (head === undefined || head === "increase") return [];
  if (head === "and") return rest.flatMap((part) => parseEffects(part, scope, context));
  if (head === "when") {
    const [when, effect] = only(rest, expression, scope, 2);
    const condition = parseCondition(when!, scope, false);
    const both: Condition = { kind: "and", parts: context.condition ? [context.condition, condition] : [condition] };
    return parseEffects(effect!, scope, { ...context, condition: both });
  }
  if (head === "forall") {
    const [list, effect] = only(rest, expression, scope, 2);
    const variables = typedList(listOf(list!, scope.what), scope.what);
    return parseEffects(effect!, within(scope, variables), {
      ...context,
      variables: [...context.variables, ...variables],
    });
  }
  const negated = head === "not";
  const [predicate, ...terms] = negated ? listOf(only(rest, expression, scope, 1)[0]!, scope.what) : [head, ...rest];
  const named = terms.map((term) => termOf(term, scope));
  return [{ ...context, predicate: checkedPredicate(predicate, named, scope), terms: named, negated }];
}

function within(scope: Scope, variables: readonly Typed[]): Scope {
  return { ...scope, variables: new Set([...scope.variables, ...variables.map((variable) => variable.name)]) };
}

function checkedPredicate(predicate: Expression | undefined, terms: readonly string[], scope: Scope): string {
  const name = wordOf(predicate, scope.what);
  const arity = scope.predicates.get(name);
  if (arity === undefined) throw new CliError(`${scope.what}: unknown predicate "${name}"`);
  if (terms.length !== arity)
    throw new CliError(`${scope.what}: expected ${arity} terms after "${name}", got ${terms.length}`);
  return name;
}

function termOf(expression: Expression, scope: Scope): string {
  const term = wordOf(expression, scope.what);
  if (term.startsWith("?") && !scope.variables.has(term)) throw new CliError(`${scope.what}: unknown variable ${term}`);
  if (!term.startsWith("?") && scope.objects && !scope.objects.has(term)) {
    throw new CliError(`${scope.what}: unknown object "${term}"`);
  }
  return term;
}

/** `a b - t c` → a and b of type t, c of type object. */
function typedList(expressions: readonly Expression[], what: string): Typed[] {
  const typed: Typed[] = [];
  let names: string[] = [];
  for (let i = 0; i < expressions.length; i++) {
    const word = wordOf(expressions[i], what);
    if (word !== "-") {
      names.push(word);
      continue;
    }
    const type = wordOf(expressions[++i], what);
    for (const name of names) typed.push({ name, type });
    names = [];
  }
  for (const name of names) typed.push({ name, type: ANY_TYPE });
  return typed;
}

function only<T>(parts: readonly T[], expression: Expression, scope: Scope, count: number): readonly T[] {
  if (parts.length === count) return parts;
  throw new CliError(`${scope.what}: expected ${count} part${count > 1 ? "s" : ""} in ${written(expression)}`);
}

function listOf(expression: Expression | undefined, what: string): readonly Expression[] {
  if (Array.isArray(expression)) return expression;
  throw new CliError(`${what}: expected a list, got ${written(expression)}`);
}

function wordOf(expression: Expression | undefined, what: string): string {
  if (typeof expression === "string") return expression;
  throw new CliError(`${what}: expected a word, got ${expression === undefined ? "nothing" : written(expression)}`);
}
