/**
 * A domain and a grammar, parsed and numbered: everything that games have in common. Games of one release share both
 * word for word (but for the task's sentence), so each distinct pair is read once.
 */
import { CliError } from "../../core/errors.ts";
import { type Grammar, parseGrammar } from "./grammar.ts";
import { type Action, ANY_TYPE, type Domain, parseDomain } from "./pddl.ts";

export interface Logic {
  readonly domain: Domain;
  readonly grammar: Grammar;
  /** Actions that the grammar has a command for. */
  readonly actions: readonly Action[];
  /** Length of a world's list of relations. */
  readonly relationCount: number;
  /** Number of a predicate. `+ 1` is its opposite: what was true and has been made false. Throws CliError for unknown ones. */
  predicate(name: string): number;
  /** Number of the predicate that is true of a type's objects. */
  type(name: string): number;
  /** The types above `type` and itself. */
  lineage(type: string): ReadonlySet<string>;
  /** The predicates that actions change, opposites included, by number. */
  readonly changing: ReadonlyMap<number, { readonly name: string; readonly arity: number }>;
}

/** How many pairs are remembered. Real releases are a handful. */
const MAX_KNOWN = 8;
const known = new Map<string, Map<string, Logic>>();

/** The logic of two texts. Throws CliError saying which of them is wrong, and how. */
export function logicOf(domainText: string, grammarText: string): Logic {
  const grammars = known.get(domainText) ?? new Map<string, Logic>();
  let logic = grammars.get(grammarText);
  if (!logic) {
    logic = link(domainText, grammarText);
    if (known.size >= MAX_KNOWN || grammars.size >= MAX_KNOWN) {
      known.clear();
      grammars.clear();
    }
    grammars.set(grammarText, logic);
    known.set(domainText, grammars);
  }
  return logic;
}

const OPPOSITE = "not_";

function link(domainText: string, grammarText: string): Logic {
  const domain = parseDomain(domainText);
  const numbers = new Map([...domain.predicates.keys()].map((name, i) => [name, 2 * i]));
  const types = new Map([...domain.types.keys()].map((name, i) => [name, 2 * numbers.size + i]));
  /** Of types that nobody declared: nothing belongs to them. */
  const nothing = 2 * numbers.size + types.size;
  const grammar = parseGrammar(grammarText, {
    variables: domain.actions.flatMap((action) =>
      action.parameters.map((parameter) => parameter.name.replace("?", "")),
    ),
    predicate(name) {
      const isOpposite = !numbers.has(name) && name.startsWith(OPPOSITE);
      const declared = isOpposite ? name.slice(OPPOSITE.length) : name;
      const number = numbers.get(declared);
      if (number === undefined) return undefined;
      return { number: number + (isOpposite ? 1 : 0), arity: domain.predicates.get(declared)! };
    },
  });
  const actions = domain.actions.filter((action) => grammar.actions.has(action.name));
  if (actions.length === 0) throw new CliError("grammar: expected a command for at least one action of pddl_domain");
  const changing = new Map<number, { name: string; arity: number }>();
  for (const { predicate: name } of actions.flatMap((action) => action.effects)) {
    const arity = domain.predicates.get(name)!;
    changing.set(numbers.get(name)!, { name, arity });
    changing.set(numbers.get(name)! + 1, { name: OPPOSITE + name, arity });
  }
  return {
    domain,
    grammar,
    actions,
    relationCount: nothing + 1,
    predicate(name) {
      const number = numbers.get(name);
      if (number === undefined) throw new CliError(`pddl_domain: expected a predicate "${name}"`);
      return number;
    },
    type: (name) => types.get(name) ?? nothing,
    lineage(type) {
      const above = new Set([ANY_TYPE]);
      for (let at: string | undefined = type; at !== undefined && !above.has(at); at = domain.types.get(at))
        above.add(at);
      return above;
    },
    changing,
  };
}
