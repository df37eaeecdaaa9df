/** The APIs whose messages are read. A new one is a file in apis/ and a line here. */
import { CliError } from "../../core/errors.ts";
import { expectedOneOf } from "../../core/wording.ts";
import { shown } from "../reader.ts";
import { openai } from "./apis/openai.ts";
import { sharegpt } from "./apis/sharegpt.ts";
import type { Api, ChatTurn } from "./turn.ts";

/** In the order in which they are asked for evidence; the last one needs none. */
export const APIS: Readonly<Record<string, Api>> = { sharegpt, openai };

/**
 * The turns of a list of messages, by the API that the list has evidence of. `place` names it in errors. Throws CliError for
 * what is no list, for a list with evidence of two APIs, and for what the API does not understand.
 */
export function turnsOf(list: unknown, place: string, named?: string): ChatTurn[] {
  if (!Array.isArray(list)) throw new CliError(`${place}: expected a list of messages, found ${shown(list)}`);
  if (named !== undefined && !Object.hasOwn(APIS, named))
    throw new CliError(`API of messages: ${expectedOneOf(Object.keys(APIS), named)}`);
  return (named === undefined ? apiOf(list, place) : APIS[named]!).turns(list, place);
}

/** The API that `list` was logged from. */
export function apiOf(list: readonly unknown[], place: string): Api {
  const found = Object.values(APIS).flatMap((api) => {
    const evidence = api.evidence(list);
    return evidence === undefined ? [] : [{ api, evidence }];
  });
  if (found.length > 1) {
    const told = found.map(({ api, evidence }) => `${api.name} (${evidence})`).join(" and like ");
    throw new CliError(`${place}: looks like ${told}: expected messages of one API`);
  }
  return found[0]?.api ?? Object.values(APIS).at(-1)!;
}
