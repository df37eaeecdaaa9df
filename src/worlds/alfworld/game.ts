/**
 * One game: a problem within a logic. Its state is the list of its facts, a value: doing a command gives another list and
 * leaves the old one alone.
 *
 * It answers as TextWorld's PddlEnv does, oddities included: a command works only if it is listed, an action whose
 * effects are guaranteed by its own precondition is not possible (going to where one stands), and of two actions with
 * one name the first counts.
 */
import { EnvironmentError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { afterwards, type GroundAction, possibleActions, type Schema, schemasOf } from "./actions.ts";
import { type Fact, type Facts, haveSameFacts, type Relation, relationOf } from "./facts.ts";
import { RULES, type TextSymbol } from "./grammar.ts";
import type { Logic } from "./logic.ts";
import { namesOf } from "./names.ts";
import { type Condition, type Problem, parseProblem } from "./pddl.ts";
import { compilePlan, type Names, newSearch, search } from "./plan.ts";
import { unbound, write } from "./text.ts";

export interface Game {
  readonly initial: Facts;
  /** The first observation, with `sentence` as the task. */
  introduction(sentence: string): string;
  /** What can be done now, sorted. */
  commands(facts: Facts): readonly string[];
  /** `command` may be any text; what is not possible is answered "Nothing happens." */
  act(facts: Facts, command: string): { readonly facts: Facts; readonly observation: string };
  /** Whether the goal holds. */
  isWon(facts: Facts): boolean;
  /** Compiles any condition for this game: a goal that it was not made for. Throws CliError for unknown predicates. */
  test(condition: Condition): (facts: Facts) => boolean;
  /** What of `facts` differs from the start, as JSON. */
  save(facts: Facts): Json;
  /** The inverse of `save`. Throws EnvironmentError for anything that `save` did not make. */
  load(saved: Json): Facts;
}

const NOTHING_HAPPENS = "Nothing happens.";

/** `command` without blanks around it, as Python's `str.strip` sees them: JavaScript's `trim` knows a few others. */
function stripped(command: string): string {
  const isBlank = (at: number) => {
    const char = command[at]!;
    return (/\s/.test(char) && char !== "\ufeff") || "\u001c\u001d\u001e\u001f\u0085".includes(char);
  };
  let [start, end] = [0, command.length];
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return command.slice(start, end);
}

/** Throws CliError saying what was found in `problemText` and what was expected. */
export function gameOf(problemText: string, logic: Logic): Game {
  const problem = parseProblem(problemText, logic.domain);
  const ids = [...new Set(problem.objects.map((object) => object.name))].sort();
  const numbers = new Map(ids.map((id, number) => [id, number]));
  const initial = factsOf(problem, logic, numbers);
  const names: Names = {
    predicate: logic.predicate,
    type: logic.type,
    object: (id) => numbers.get(id) ?? ids.length,
    initial,
  };
  const schemas = schemasOf(logic, names);
  const testOf = (condition: Condition) => {
    const plan = compilePlan({ condition, bound: [], free: [] }, names);
    return (facts: Facts) => search(plan, newSearch(facts), () => true);
  };
  const objectNames = namesOf(ids);
  const possible = new WeakMap<Facts, Possible>();

  const textOf = (
    symbols: readonly TextSymbol[],
    facts: Facts,
    action?: Pick<GroundAction, "schema" | "objects">,
    task = "",
  ) => {
    const binding = unbound(logic.grammar);
    action?.schema.variables.forEach((variable, i) => {
      binding[variable] = action.objects[i]!;
    });
    return write(symbols, { grammar: logic.grammar, facts, ids, names: objectNames, task }, binding);
  };

  const possibleIn = (facts: Facts): Possible => {
    const known = possible.get(facts);
    if (known) return known;
    const byCommand = new Map<string, GroundAction>();
    const nameOf = (schema: Schema, objects: readonly number[]) => textOf(schema.command, facts, { schema, objects });
    for (const schema of schemas) {
      for (const action of possibleActions(schema, facts, nameOf)) {
        const command = action.command ?? nameOf(schema, action.objects);
        if (!byCommand.has(command)) byCommand.set(command, action);
      }
    }
    const found: Possible = { byCommand, sorted: null };
    possible.set(facts, found);
    return found;
  };

  return {
    initial,
    introduction: (sentence) => textOf([{ kind: "rule", name: RULES.intro }], initial, undefined, sentence),
    commands(facts) {
      const found = possibleIn(facts);
      found.sorted ??= [...found.byCommand.keys()].sort();
      return found.sorted;
    },
    act(facts, command) {
      const action = possibleIn(facts).byCommand.get(stripped(command));
      if (!action) return { facts, observation: NOTHING_HAPPENS };
      const after = afterwards(facts, action);
      return { facts: after, observation: textOf(action.schema.feedback, after, action) };
    },
    isWon: testOf(problem.goal),
    test: testOf,
    save(facts) {
      const changed = [...logic.changing].filter(
        ([predicate]) => !haveSameFacts(facts[predicate]!, initial[predicate]!),
      );
      return Object.fromEntries(changed.map(([predicate, { name }]) => [name, facts[predicate]!.facts]));
    },
    load: (saved) => loaded(saved, initial, logic, ids.length),
  };
}

interface Possible {
  readonly byCommand: ReadonlyMap<string, GroundAction>;
  sorted: readonly string[] | null;
}

function factsOf(problem: Problem, logic: Logic, numbers: ReadonlyMap<string, number>): Relation[] {
  const lists: Fact[][] = Array.from({ length: logic.relationCount }, () => []);
  for (const [predicate, ...objects] of problem.facts) {
    lists[logic.predicate(predicate!)]!.push(objects.map((id) => numbers.get(id)!));
  }
  for (const { name, type } of problem.objects) {
    for (const above of logic.lineage(type)) lists[logic.type(above)]!.push([numbers.get(name)!]);
  }
  return lists.map(relationOf);
}

function loaded(saved: Json, initial: Facts, logic: Logic, objectCount: number): Facts {
  const facts = [...initial];
  if (saved === null || typeof saved !== "object" || Array.isArray(saved)) throw strange(saved);
  const byName = new Map([...logic.changing].map(([predicate, { name, arity }]) => [name, { predicate, arity }]));
  for (const [name, list] of Object.entries(saved as { readonly [name: string]: Json })) {
    const known = byName.get(name);
    if (!known || !Array.isArray(list)) throw strange({ [name]: list });
    for (const fact of list as readonly Json[]) if (!isFact(fact, known.arity, objectCount)) throw strange(fact);
    facts[known.predicate] = relationOf([...(list as readonly Fact[])]);
  }
  return facts;
}

function isFact(value: Json, arity: number, objectCount: number): value is Fact {
  const isObject = (number: Json) =>
    Number.isInteger(number) && (number as number) >= 0 && (number as number) < objectCount;
  return Array.isArray(value) && value.length === arity && value.every(isObject);
}

const strange = (value: Json) =>
  new EnvironmentError(`expected a snapshot of this game, got ${JSON.stringify(value).slice(0, 80)}`);
