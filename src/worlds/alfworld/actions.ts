/**
 * The actions of one game: which are possible, what they are called and what they change. An action with its objects is
 * worked out once, when it is first possible; after that only the search for possible ones is left to do.
 */
import { type Fact, type Facts, type Relation, withFact, withoutFact } from "./facts.ts";
import type { TextSymbol } from "./grammar.ts";
import type { Logic } from "./logic.ts";
import type { Action, Condition, Effect } from "./pddl.ts";
import { compilePlan, type Names, newSearch, type Plan, predicatesOf, search } from "./plan.ts";
import { predicatesIn } from "./text.ts";

/** An action of the domain, compiled for a game. */
export interface Schema {
  readonly arity: number;
  /** Finds the objects for which the action is possible. */
  readonly plan: Plan;
  readonly command: readonly TextSymbol[];
  readonly feedback: readonly TextSymbol[];
  /** The grammar's variable of each parameter. */
  readonly variables: readonly number[];
  /** Whether the command's text is the same in every state. */
  readonly isFixed: boolean;
  readonly effects: readonly CompiledEffect[];
  /** Atoms that are known to be true (or false) whenever the action is possible; null if it changes something in any case. */
  readonly given: readonly Atom[] | null;
  /** What was worked out so far, by a number that follows from the objects. */
  readonly grounded: Map<number, GroundAction[]>;
  /** The changing predicates that the plan looks at. */
  readonly reads: readonly number[];
  /** What was possible last time, and the relations in `reads` then: as long as they are the same, so is the answer. */
  latest: { readonly relations: readonly Relation[]; readonly actions: ReadonlySet<GroundAction> } | null;
}

/** An action with its objects. */
export interface GroundAction {
  readonly schema: Schema;
  readonly objects: readonly number[];
  /** null if it depends on the state. */
  readonly command: string | null;
  /** Whether it is possible at all: an action that would change nothing is not. */
  readonly isEffective: boolean;
}

interface Atom {
  readonly predicate: number;
  /** Slot of a parameter or quantified variable (≥ 0), or `~object`. */
  readonly terms: readonly number[];
  readonly negated: boolean;
}

interface CompiledEffect extends Atom {
  /** Finds for what the effect happens; null = always, once. */
  readonly plan: Plan | null;
}

export function schemasOf(logic: Logic, names: Names): Schema[] {
  return logic.actions.map((action) => {
    const { command, feedback } = logic.grammar.actions.get(action.name)!;
    const asked = predicatesIn(command, logic.grammar);
    const effects = action.effects.map((effect) => compileEffect(effect, action, names));
    const given = atomsOf(action.precondition).map((atom) => numbered(atom, action, names));
    const plan = compilePlan({ condition: action.precondition, bound: [], free: action.parameters }, names);
    return {
      arity: action.parameters.length,
      plan,
      reads: [...predicatesOf(plan)].filter((predicate) => logic.changing.has(predicate)),
      latest: null,
      command,
      feedback,
      variables: action.parameters.map(({ name }) => logic.grammar.variables.get(name.replace("?", ""))!),
      isFixed: ![...asked].some((predicate) => logic.changing.has(predicate)),
      effects,
      given: effects.some((effect) => isCertain(effect, effects, given)) ? null : given,
      grounded: new Map(),
    };
  });
}

function compileEffect(effect: Effect, action: Action, names: Names): CompiledEffect {
  const { condition, variables } = effect;
  const isPlain = condition === null && variables.length === 0;
  const query = { condition: condition ?? ALWAYS, bound: action.parameters, free: variables };
  return { ...numbered(effect, action, names, variables), plan: isPlain ? null : compilePlan(query, names) };
}

const ALWAYS: Condition = { kind: "and", parts: [] };

interface NamedAtom {
  readonly predicate: string;
  readonly terms: readonly string[];
  readonly negated: boolean;
}

function numbered(atom: NamedAtom, action: Action, names: Names, more: Effect["variables"] = []): Atom {
  const variables = [...action.parameters, ...more].map((variable) => variable.name);
  const terms = atom.terms.map((term) => (term.startsWith("?") ? variables.lastIndexOf(term) : ~names.object(term)));
  return { predicate: names.predicate(atom.predicate), terms, negated: atom.negated };
}

/** The atoms that must hold whatever else does. */
function atomsOf(condition: Condition): NamedAtom[] {
  if (condition.kind === "atom") return [condition];
  return condition.kind === "and" ? condition.parts.flatMap(atomsOf) : [];
}

/** Text of the command of an action with its objects. */
type Naming = (schema: Schema, objects: readonly number[]) => string;

/** The possible actions of one schema. Throws EnvironmentError if there are absurdly many. */
export function possibleActions(schema: Schema, facts: Facts, name: Naming): ReadonlySet<GroundAction> {
  const { reads, latest } = schema;
  if (latest && reads.every((predicate, i) => facts[predicate] === latest.relations[i])) return latest.actions;
  const actions = new Set<GroundAction>();
  const run = newSearch(facts);
  search(schema.plan, run, () => {
    const action = ground(schema, run.binding, name);
    if (action.isEffective) actions.add(action);
    return false;
  });
  schema.latest = { relations: reads.map((predicate) => facts[predicate]!), actions };
  return actions;
}

function ground(schema: Schema, binding: readonly number[], name: Naming): GroundAction {
  const { arity, grounded } = schema;
  let key = 0;
  for (let i = 0; i < arity; i++) key = (Math.imul(key, 31) + binding[i]!) | 0;
  const known = grounded.get(key);
  const same = known?.find(({ objects }) => objects.every((object, i) => object === binding[i]));
  if (same) return same;
  const objects = binding.slice(0, arity);
  const isEffective = changesSomething(schema, objects);
  const command = schema.isFixed && isEffective ? name(schema, objects) : null;
  const action: GroundAction = { schema, objects, command, isEffective };
  if (known) known.push(action);
  else grounded.set(key, [action]);
  return action;
}

/** Whether `effect` changes something whatever the objects are: nothing given speaks of its predicate. */
function isCertain(effect: CompiledEffect, effects: readonly CompiledEffect[], given: readonly Atom[]): boolean {
  if (effect.plan) return true;
  const isOvertaken = effect.negated && effects.some((other) => !other.negated && other.predicate === effect.predicate);
  return !isOvertaken && !given.some((atom) => atom.predicate === effect.predicate && atom.negated === effect.negated);
}

/** Whether some effect is not guaranteed by the precondition already. */
function changesSomething({ effects, given }: Schema, objects: readonly number[]): boolean {
  if (!given) return true;
  const isIn = (atoms: readonly Atom[], negated: boolean, { predicate, terms }: Atom) =>
    atoms.some((atom) => {
      if (atom.predicate !== predicate || atom.negated !== negated) return false;
      return atom.terms.every((term, i) => objectOf(term, objects) === objectOf(terms[i]!, objects));
    });
  return effects.some((effect) => {
    if (effect.negated && isIn(effects, false, effect)) return false;
    return !isIn(given, effect.negated, effect);
  });
}

const objectOf = (term: number, binding: readonly number[]): number => (term < 0 ? ~term : binding[term]!);

const factOf = (atom: Atom, binding: readonly number[]): Fact => atom.terms.map((term) => objectOf(term, binding));

/** The facts after `action`: first what becomes false, then what becomes true, each leaving a trace in the opposite predicate. */
export function afterwards(facts: Facts, { schema, objects }: GroundAction): Facts {
  const changes: { predicate: number; fact: Fact; negated: boolean }[] = [];
  for (const effect of schema.effects) {
    const { predicate, negated, plan } = effect;
    if (!plan) {
      changes.push({ predicate, negated, fact: factOf(effect, objects) });
      continue;
    }
    const run = newSearch(facts, objects);
    search(plan, run, () => {
      changes.push({ predicate, negated, fact: factOf(effect, run.binding) });
      return false;
    });
  }
  const after = [...facts];
  for (const { predicate, fact, negated } of changes) {
    if (!negated) continue;
    after[predicate] = withoutFact(after[predicate]!, fact);
    after[predicate + 1] = withFact(after[predicate + 1]!, fact);
  }
  for (const { predicate, fact, negated } of changes) {
    if (negated) continue;
    after[predicate] = withFact(after[predicate]!, fact);
    after[predicate + 1] = withoutFact(after[predicate + 1]!, fact);
  }
  return after;
}
