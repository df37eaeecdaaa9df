/** The environments that an AgentGym server creates for us, each asked by its number over HTTP. */
import { EnvironmentError } from "../../core/errors.ts";
import { quoted } from "../../core/wording.ts";
import { newPool, newTraffic, type Pool, type Pooled } from "../served/pool.ts";
import { answerOf, inServersName, type ServerPlace } from "../served/server.ts";
import { type Fields, fieldsOf, type Kind } from "./kinds.ts";

export interface SessionOptions extends ServerPlace {
  readonly sessions: number;
}

export interface Session extends Pooled {
  /** The answer to `POST <route>`, or `GET` without `body`. Throws EnvironmentError; then the environment is not used again. */
  ask(route: string, body?: Fields): Promise<unknown>;
}

const MOST_BYTES = 64 * 2 ** 20;

export function newSessions(kind: Kind, options: SessionOptions): Pool<Session> {
  const keepsIdle = !kind.hasClose;
  return newPool({ ...options, advice: "its --sessions", keepsIdle, open: () => created(kind, options) });
}

async function created(kind: Kind, options: SessionOptions): Promise<Session | { readonly full: string }> {
  // TextCraft's wants a body, and the others take one.
  const { status, answer } = await sent(options, `${kind.prefix}/create`, {});
  // WebShop's way of saying no, and the others'.
  if (status === 503) return { full: quoted(answer) };
  if (status === 200 && errorIn(answer) !== undefined) return { full: quoted(errorIn(answer)) };
  const id = inServersName(options.url, () => idIn(expectSuccess("create", status, answer)));
  const traffic = newTraffic();
  let isOpen = true;
  return {
    traffic,
    get isOpen() {
      return isOpen;
    },
    async ask(route, body) {
      const query = body ? "" : `?${kind.id}=${id}`;
      const named = body && { ...body, [kind.id]: id };
      try {
        const { status, answer } = await traffic.during(() => sent(options, `${kind.prefix}${route}${query}`, named));
        return inServersName(options.url, () => expectSuccess(route, status, answer));
      } catch (error) {
        isOpen = false;
        throw error;
      }
    },
    close() {
      isOpen = false;
      // Where the original has no such route, gleaner's has one; nobody waits for it.
      sent(options, `${kind.prefix}/close`, { [kind.id]: id }).catch(() => {});
    },
  };
}

const errorIn = (answer: unknown): unknown =>
  typeof answer === "object" && answer !== null ? (answer as Fields).error : undefined;

/** WebShop answers with the number itself, the others with an object that has it. */
function idIn(answer: unknown): number {
  const id = typeof answer === "number" ? answer : fieldsOf(answer).id;
  if (Number.isSafeInteger(id)) return id as number;
  throw new EnvironmentError(`create: expected the number of an environment, got ${quoted(answer)}`);
}

function expectSuccess(route: string, status: number, answer: unknown): unknown {
  if (status === 200) return answer;
  throw new EnvironmentError(`${route} answered ${status}: ${quoted(answer)}`);
}

interface Answer {
  readonly status: number;
  /** Read as JSON where it is JSON. */
  readonly answer: unknown;
}

async function sent(place: ServerPlace, route: string, body?: Fields): Promise<Answer> {
  const { status, text } = await answerOf(place, { route, body, mostBytes: MOST_BYTES });
  return { status, answer: parsed(text) };
}

/** What is no JSON is shown as it is, and refused by whoever reads it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
