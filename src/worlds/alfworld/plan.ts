/**
 * Conditions compiled into search plans: which objects make this condition true? A plan walks through facts in an order
 * chosen once per game: what is known already is checked at once, then the shortest list of facts is tried.
 * The same machinery answers "which actions are possible", "does this effect happen" and "is the goal reached".
 */
import { EnvironmentError } from "../../core/errors.ts";
import { type Fact, type Facts, factsWith, isTrue, objectsAt } from "./facts.ts";
import type { Condition, Typed } from "./pddl.ts";

/** A slot of the binding (≥ 0), or `~object` (< 0). */
type Term = number;

/** One step of a search and what comes after it. */
export type Plan =
  | { readonly kind: "found" }
  /** For each fact that fits: bind the free terms and go on. */
  | {
      readonly kind: "each";
      readonly predicate: number;
      readonly terms: readonly Term[];
      /** Whether the term at this position is bound by this step. */
      readonly binds: readonly boolean[];
      /** Position of a known term by which facts are looked up, or -1. */
      readonly lookup: number;
      readonly next: Plan;
    }
  /** Go on if the fact is there (or not there). */
  | {
      readonly kind: "check";
      readonly predicate: number;
      readonly terms: readonly Term[];
      readonly negated: boolean;
      /** Room for the fact in question, reused by every check. */
      readonly fact: number[];
      readonly next: Plan;
    }
  | { readonly kind: "equal"; readonly terms: readonly [Term, Term]; readonly negated: boolean; readonly next: Plan }
  /** Go on if one (or none) of `plans` finds something; they leave nothing bound. */
  | { readonly kind: "some"; readonly plans: readonly Plan[]; readonly negated: boolean; readonly next: Plan }
  /** Go on in several ways, one after the other. */
  | { readonly kind: "branch"; readonly plans: readonly Plan[] };

/** A condition with names replaced by numbers. Lists are conjunctions. */
type Part =
  | {
      readonly kind: "atom";
      readonly predicate: number;
      readonly terms: readonly Term[];
      readonly negated: boolean;
      readonly isType: boolean;
    }
  | { readonly kind: "equal"; readonly terms: readonly [Term, Term]; readonly negated: boolean }
  /** `outer`: the slots it shares with what is around it. */
  | { readonly kind: "or"; readonly choices: readonly (readonly Part[])[]; readonly outer: readonly number[] }
  | { readonly kind: "none"; readonly body: readonly Part[]; readonly outer: readonly number[] };

/** What names mean in a game. */
export interface Names {
  predicate(name: string): number;
  /** The predicate that is true of the objects of a type. */
  type(name: string): number;
  /** A number that no fact has for unknown objects. */
  object(name: string): number;
  /** Facts to judge the lengths of lists by. */
  readonly initial: Facts;
}

export interface Query {
  readonly condition: Condition;
  /** Variables that have a value before the search; slots 0, 1 … */
  readonly bound: readonly Typed[];
  /** Variables to find values for; the slots after those. */
  readonly free: readonly Typed[];
}

/** The most alternatives that one condition may have. */
const MAX_BRANCHES = 200;

/** Throws EnvironmentError if the condition has too many alternatives. */
export function compilePlan({ condition, bound, free }: Query, names: Names): Plan {
  const slots = new Map([...bound, ...free].map((variable, slot) => [variable.name, slot]));
  let slotCount = bound.length + free.length;
  let branches = 0;

  function partsOf(condition: Condition, scope: ReadonlyMap<string, number>): Part[] {
    const termOf = (term: string): Term => (term.startsWith("?") ? scope.get(term)! : ~names.object(term));
    switch (condition.kind) {
      case "atom": {
        const { negated, predicate } = condition;
        const terms = condition.terms.map(termOf);
        return [{ kind: "atom", predicate: names.predicate(predicate), terms, negated, isType: false }];
      }
      case "equal": {
        const [left, right] = condition.terms;
        return [{ kind: "equal", terms: [termOf(left), termOf(right)], negated: condition.negated }];
      }
      case "and":
        return condition.parts.flatMap((part) => partsOf(part, scope));
      case "or": {
        const before = slotCount;
        const choices = condition.parts.map((part) => partsOf(part, scope));
        return [{ kind: "or", choices, outer: slotsIn(choices.flat()).filter((slot) => slot < before) }];
      }
      case "exists":
        return quantified(condition.variables, condition.body, scope);
      case "none": {
        const before = slotCount;
        const body = quantified(condition.variables, condition.body, scope);
        return [{ kind: "none", body, outer: slotsIn(body).filter((slot) => slot < before) }];
      }
    }
  }

  function quantified(variables: readonly Typed[], body: Condition, scope: ReadonlyMap<string, number>): Part[] {
    const inner = new Map(scope);
    const types = variables.map((variable) => {
      inner.set(variable.name, slotCount);
      return typePart(variable, slotCount++);
    });
    return [...types, ...partsOf(body, inner)];
  }

  const typePart = (variable: Typed, slot: number): Part => {
    return { kind: "atom", predicate: names.type(variable.type), terms: [slot], negated: false, isType: true };
  };

  function planOf(parts: readonly Part[], known: ReadonlySet<number>): Plan {
    if (parts.length === 0) return { kind: "found" };
    const part = nextPart(parts, known, names.initial);
    const rest = parts.filter((other) => other !== part);
    switch (part.kind) {
      case "equal":
        return { ...part, next: planOf(rest, known) };
      case "none":
        return { kind: "some", plans: [planOf(part.body, known)], negated: true, next: planOf(rest, known) };
      case "or": {
        branches += part.choices.length;
        if (branches > MAX_BRANCHES)
          throw new EnvironmentError(`a condition has more than ${MAX_BRANCHES} alternatives`);
        if (!part.outer.every((slot) => known.has(slot))) {
          return { kind: "branch", plans: part.choices.map((choice) => planOf([...choice, ...rest], known)) };
        }
        const plans = part.choices.map((choice) => planOf(choice, known));
        return { kind: "some", plans, negated: false, next: planOf(rest, known) };
      }
      case "atom": {
        const { predicate, terms, negated } = part;
        const isKnown = (term: Term) => term < 0 || known.has(term);
        if (terms.every(isKnown)) {
          return { kind: "check", predicate, terms, negated, fact: terms.map(() => 0), next: planOf(rest, known) };
        }
        const relation = names.initial[predicate]!;
        const binds = terms.map((term, position) => !isKnown(term) && terms.indexOf(term) === position);
        const spread = terms.map((term, position) => (isKnown(term) ? objectsAt(relation, position) : -1));
        const widest = Math.max(...spread);
        const next = planOf(rest, new Set([...known, ...terms.filter((term) => term >= 0)]));
        return { kind: "each", predicate, terms, binds, lookup: widest < 0 ? -1 : spread.indexOf(widest), next };
      }
    }
  }

  const types = free.map((variable, i) => typePart(variable, bound.length + i));
  return planOf([...types, ...partsOf(condition, slots)], new Set(bound.map((_, slot) => slot)));
}

/** What to look at next: checks first, then the atom that leaves the fewest possibilities, types last. */
function nextPart(parts: readonly Part[], known: ReadonlySet<number>, initial: Facts): Part {
  let best = parts[0]!;
  let least = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    const cost = costOf(part, known, initial);
    if (cost < least) {
      least = cost;
      best = part;
    }
  }
  return best;
}

function costOf(part: Part, known: ReadonlySet<number>, initial: Facts): number {
  const CHECK = -1;
  const BRANCH = 1e6;
  const TYPE = 1e7;
  const isKnown = (term: Term) => term < 0 || known.has(term);
  if (part.kind === "or") return part.outer.every(isKnown) ? CHECK : BRANCH;
  if (part.kind === "none") return part.outer.every(isKnown) ? CHECK : Number.POSITIVE_INFINITY;
  if (part.terms.every(isKnown)) return CHECK;
  if (part.kind === "equal" || part.negated) return Number.POSITIVE_INFINITY;
  const relation = initial[part.predicate]!;
  let matches = relation.facts.length;
  part.terms.forEach((term, position) => {
    if (isKnown(term)) matches /= Math.max(1, objectsAt(relation, position));
  });
  return matches + (part.isType ? TYPE : 0);
}

function slotsIn(parts: readonly Part[]): number[] {
  return parts.flatMap((part) => {
    if (part.kind === "or" || part.kind === "none") return part.outer;
    return part.terms.filter((term) => term >= 0);
  });
}

/** The numbers of all predicates that a plan looks at. */
export function predicatesOf(plan: Plan): Set<number> {
  const predicates = new Set<number>();
  const visit = (node: Plan): void => {
    if (node.kind === "each" || node.kind === "check") predicates.add(node.predicate);
    if (node.kind === "some" || node.kind === "branch") node.plans.forEach(visit);
    if (node.kind !== "found" && node.kind !== "branch") visit(node.next);
  };
  visit(plan);
  return predicates;
}

/** More facts than any sensible game makes a search look at. */
const MAX_TRIED = 2_000_000;

export interface Search {
  readonly facts: Facts;
  /** The object of each slot. */
  readonly binding: number[];
  /** Facts tried so far. */
  tried: number;
}

export function newSearch(facts: Facts, bound: readonly number[] = []): Search {
  return { facts, binding: [...bound], tried: 0 };
}

const yes = () => true;

const objectOf = (term: Term, binding: readonly number[]): number => (term < 0 ? ~term : binding[term]!);

/** Calls `found` for each way to make the condition true, until it returns true; returns whether it did. Ways may repeat. */
export function search(plan: Plan, run: Search, found: () => boolean): boolean {
  const { facts, binding } = run;
  for (let node = plan; ; ) {
    switch (node.kind) {
      case "found":
        return found();
      case "check": {
        const { terms, fact } = node;
        for (let i = 0; i < terms.length; i++) fact[i] = objectOf(terms[i]!, binding);
        if (isTrue(facts[node.predicate]!, fact) === node.negated) return false;
        node = node.next;
        break;
      }
      case "equal":
        if ((objectOf(node.terms[0], binding) === objectOf(node.terms[1], binding)) === node.negated) return false;
        node = node.next;
        break;
      case "some":
        if (node.plans.some((inner) => search(inner, run, yes)) === node.negated) return false;
        node = node.next;
        break;
      case "branch":
        return node.plans.some((branch) => search(branch, run, found));
      case "each": {
        const { predicate, terms, binds, lookup, next } = node;
        const relation = facts[predicate]!;
        const candidates = lookup < 0 ? relation.facts : factsWith(relation, lookup, objectOf(terms[lookup]!, binding));
        run.tried += candidates.length;
        if (run.tried > MAX_TRIED)
          throw new EnvironmentError(`a condition needs more than ${MAX_TRIED} facts to be looked at`);
        for (const fact of candidates) {
          if (bind(fact, terms, binds, binding) && search(next, run, found)) return true;
        }
        return false;
      }
    }
  }
}

function bind(fact: Fact, terms: readonly Term[], binds: readonly boolean[], binding: number[]): boolean {
  for (let i = 0; i < terms.length; i++) {
    const term = terms[i]!;
    if (binds[i]) binding[term] = fact[i]!;
    else if (fact[i] !== objectOf(term, binding)) return false;
  }
  return true;
}
