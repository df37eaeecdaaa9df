/** The APIs whose messages are read. A new one is a file in apis/ and a line here. */
import { CliError } from "../../core/errors.ts";
import { expectedOneOf, listing } from "../../core/wording.ts";
import { shown } from "../reader.ts";
import { anthropic } from "./apis/anthropic.ts";
import { bedrock } from "./apis/bedrock.ts";
import { gemini } from "./apis/gemini.ts";
import { langchain } from "./apis/langchain.ts";
import { llamafactoryV1 } from "./apis/llamafactory-v1.ts";
import { openai } from "./apis/openai.ts";
import { responses } from "./apis/responses.ts";
import { sharegpt, swift } from "./apis/sharegpt.ts";
import { behindSystem } from "./system.ts";
import { type TagOptions, withoutTags } from "./tags.ts";
import type { Api, ChatTurn } from "./turn.ts";

/** In the order in which they are asked for evidence; the last one needs none. */
export const APIS: Readonly<Record<string, Api>> = {
  responses,
  anthropic,
  bedrock,
  gemini,
  langchain,
  sharegpt,
  swift,
  "llamafactory-v1": llamafactoryV1,
  openai,
};

/** A list of messages that was read, and how. */
export interface ReadChat {
  readonly turns: ChatTurn[];
  /** For messages to the user: `Anthropic messages (a part of type tool_use)`, with the tags that were read in texts. */
  readonly readAs: string;
}

/**
 * The turns of a list of messages, by the API that the list has evidence of. `place` names it in errors. Throws CliError for
 * what is no list, for a list with evidence of two APIs, and for what the API does not understand.
 */
export function turnsOf(list: unknown, place: string, named?: string): ChatTurn[] {
  return readMessages(list, place, named === undefined ? {} : { api: named }).turns;
}

/**
 * As `turnsOf`, with what decided. `api`: its name in `APIS`; absent: by evidence. `system`: what stands beside the list
 * (`systemBeside`).
 */
export function readMessages(
  list: unknown,
  place: string,
  { api: named, system, ...tags }: TagOptions & { readonly api?: string; readonly system?: ChatTurn | undefined } = {},
): ReadChat {
  if (!Array.isArray(list)) throw new CliError(`${place}: expected a list of messages, found ${shown(list)}`);
  if (named !== undefined && !Object.hasOwn(APIS, named))
    throw new CliError(`API of messages: ${expectedOneOf(Object.keys(APIS), named)}`);
  const { api, evidence } = named === undefined ? apiOf(list, place) : { api: APIS[named]!, evidence: undefined };
  const told = api.name + (evidence === undefined ? "" : ` (${evidence})`);
  const { turns, read } = namingApi({ told, evidence, place }, () =>
    withoutTags(behindSystem(api.turns(list, place), system), tags),
  );
  return { turns, readAs: read.length === 0 ? told : `${told}, with ${listing(read)} in texts` };
}

/** What `read` gives; its error says what the messages looked like, where that was found out. */
function namingApi<T>(
  { told, evidence, place }: { readonly told: string; readonly evidence: string | undefined; readonly place: string },
  read: () => T,
): T {
  try {
    return read();
  } catch (error) {
    // The call stack is full: values are read from within.
    if (error instanceof RangeError) throw new CliError(`${place}: expected values that are nested less deeply`);
    if (!(error instanceof CliError) || evidence === undefined) throw error;
    throw new CliError(`looks like ${told}; ${error.message}`);
  }
}

/** The API that `list` was logged from, and what tells so. */
function apiOf(list: readonly unknown[], place: string): { readonly api: Api; readonly evidence: string | undefined } {
  const found = Object.values(APIS).flatMap((api) => {
    const evidence = api.evidence(list);
    return evidence === undefined ? [] : [{ api, evidence }];
  });
  if (found.length > 1) {
    const told = found.map(({ api, evidence }) => `${api.name} (${evidence})`).join(" and like ");
    throw new CliError(`${place}: looks like ${told}: expected messages of one API`);
  }
  if (found[0]) return found[0];
  refuseOthers(list, place);
  return { api: Object.values(APIS).at(-1)!, evidence: undefined };
}

/** Refuses a list whose first message is of no API, with what the APIs look like. */
function refuseOthers(list: readonly unknown[], place: string): void {
  const [first] = list;
  if (first === undefined) return;
  const isObject = typeof first === "object" && first !== null && !Array.isArray(first);
  if (isObject && "role" in first) return;
  const members = isObject ? Object.keys(first) : [];
  const has = members.length === 0 ? shown(first) : `an object with ${listing(members.slice(0, 10).map(shown))}`;
  const known = Object.values(APIS).map(({ name, shape }) => `${name}: ${shape}`);
  throw new CliError(`${place}[0]: expected a message (${known.join("; ")}), found ${has}`);
}
