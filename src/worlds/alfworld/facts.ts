/**
 * What is true in a world: for each predicate a sorted list of facts, a fact being the numbers of its objects. Lists are
 * never changed, a new one is made instead, so states share all that they have in common and a snapshot costs nothing.
 */

/** The objects of one fact, by number. */
export type Fact = readonly number[];

/** The facts of one predicate. */
export interface Relation {
  /** Sorted by first object, then second …; no duplicates. */
  readonly facts: readonly Fact[];
  /** For each position that was asked for: object → the facts that have it there, in the same order. */
  readonly indexes: Map<number, readonly Fact[]>[];
}

/** All facts of a world, by number of the predicate. */
export type Facts = readonly Relation[];

export const EMPTY: Relation = { facts: [], indexes: [] };

export function relationOf(facts: Fact[]): Relation {
  if (facts.length === 0) return EMPTY;
  facts.sort(compareFacts);
  return { facts: facts.filter((fact, i) => i === 0 || compareFacts(facts[i - 1]!, fact) !== 0), indexes: [] };
}

/** < 0, 0 or > 0: the order of facts in a relation. */
export function compareFacts(a: Fact, b: Fact): number {
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

export function haveSameFacts(a: Relation, b: Relation): boolean {
  if (a === b) return true;
  return a.facts.length === b.facts.length && a.facts.every((fact, i) => compareFacts(fact, b.facts[i]!) === 0);
}

const NONE: readonly Fact[] = [];

/** The facts with `object` at `position`. */
export function factsWith(relation: Relation, position: number, object: number): readonly Fact[] {
  return indexOf(relation, position).get(object) ?? NONE;
}

/** How many different objects stand at `position`. */
export function objectsAt(relation: Relation, position: number): number {
  return indexOf(relation, position).size;
}

function indexOf(relation: Relation, position: number): Map<number, readonly Fact[]> {
  const known = relation.indexes[position];
  if (known) return known;
  const index = new Map<number, Fact[]>();
  for (const fact of relation.facts) {
    const object = fact[position]!;
    const list = index.get(object);
    if (list) list.push(fact);
    else index.set(object, [fact]);
  }
  relation.indexes[position] = index;
  return index;
}

export function isTrue(relation: Relation, fact: Fact): boolean {
  if (fact.length === 1) return indexOf(relation, 0).has(fact[0]!);
  const at = placeOf(relation, fact);
  return at < relation.facts.length && compareFacts(relation.facts[at]!, fact) === 0;
}

/** `relation` with `fact` in it; the very same relation if it was there. */
export function withFact(relation: Relation, fact: Fact): Relation {
  const at = placeOf(relation, fact);
  const { facts } = relation;
  if (at < facts.length && compareFacts(facts[at]!, fact) === 0) return relation;
  return { facts: [...facts.slice(0, at), fact, ...facts.slice(at)], indexes: [] };
}

/** `relation` with `fact` not in it; the very same relation if it was not there. */
export function withoutFact(relation: Relation, fact: Fact): Relation {
  const at = placeOf(relation, fact);
  const { facts } = relation;
  if (at >= facts.length || compareFacts(facts[at]!, fact) !== 0) return relation;
  return { facts: [...facts.slice(0, at), ...facts.slice(at + 1)], indexes: [] };
}

/** Index of the first fact that does not come before `fact`. */
function placeOf({ facts }: Relation, fact: Fact): number {
  let low = 0;
  let high = facts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareFacts(facts[middle]!, fact) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
