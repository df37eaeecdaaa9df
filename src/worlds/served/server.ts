/** Where the server of a world is, and how it is asked over HTTP. */
import { EnvironmentError } from "../../core/errors.ts";
import { ask } from "../../http/ask.ts";
import { HttpError } from "../../http/errors.ts";
import { redactor } from "../../http/secrets.ts";

export interface ServerPlace {
  /** Without a slash at its end. */
  readonly url: string;
  readonly apiKey: string | undefined;
  /** Longest wait for one answer. */
  readonly timeoutMs: number;
}

export interface Request {
  readonly route: string;
  /** Absent: a GET. Else a POST of it as JSON. */
  readonly body?: object | undefined;
  /** A longer answer is refused. */
  readonly mostBytes: number;
}

/** The answer, whatever its status. Throws EnvironmentError, which names the server, where there is none. */
export async function answerOf(place: ServerPlace, { route, body, mostBytes }: Request) {
  const { url, apiKey, timeoutMs } = place;
  const headers = new Headers({ accept: "application/json" });
  if (apiKey !== undefined) headers.set("authorization", `Bearer ${apiKey}`);
  if (body) headers.set("content-type", "application/json");
  const signal = AbortSignal.timeout(timeoutMs);
  const sent = body ? { method: "POST" as const, body: JSON.stringify(body) } : { method: "GET" as const };
  try {
    return await ask({ url: `${url}${route}`, headers, signal, ...sent }, { redactor: redactor(apiKey), mostBytes });
  } catch (error) {
    if (error instanceof HttpError) {
      const hint = error.reason === "unreachable" ? "; is the server running?" : "";
      throw new EnvironmentError(`${url}: ${error.message}${hint}`, { cause: error });
    }
    if (!signal.aborted) throw error;
    throw new EnvironmentError(`${url}: no answer to ${route} within ${timeoutMs / 1000} s`, { cause: error });
  }
}

/** What `read` makes of an answer; its EnvironmentError names the server. */
export function inServersName<Value>(url: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    throw new EnvironmentError(`${url}: ${error.message}`, { cause: error });
  }
}
