/**
 * One exchange with a server, by the rules that hold for every server that gleaner calls. What comes back is cleaned of the
 * API key before anybody sees it, has a bounded size, and comes from the server that was asked: a redirect to another host is
 * refused, and no redirect makes another kind of request of the one that was sent.
 */
import { HttpError, httpErrorOf } from "./errors.ts";
import type { Redactor } from "./secrets.ts";

export interface Asking {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Headers;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `same host`: a redirect to another host is refused. `any`: for public files that are checked by their hash. */
export type Redirects = "same host" | "any";

/** The answer, its body not read yet; for files. Throws HttpError, or what the signal was aborted with. */
export async function openAnswer(asking: Asking, redirects: Redirects): Promise<Response> {
  let { url } = asking;
  for (let hops = 0; ; hops++) {
    const { method, headers, body, signal = null } = asking;
    const isSameHost = originOf(url) === originOf(asking.url);
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers: isSameHost ? headers : withoutSecretHeaders(headers),
        redirect: "manual",
        signal,
        ...(body !== undefined && { body }),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw httpErrorOf(originOf(url), error);
    }
    const location = REDIRECTS.includes(response.status) ? response.headers.get("location") : null;
    if (location === null) return response;
    await response.body?.cancel();
    url = targetOf({ location, url, method, status: response.status, redirects, hops });
  }
}

export interface Answered {
  readonly status: number;
  readonly statusText: string;
  /** Those that say something about the answer: its type, and how long to wait. */
  readonly headers: Headers;
  readonly text: string;
}

export interface Rules {
  readonly redactor: Redactor;
  /** A longer answer, unpacked, is refused. */
  readonly mostBytes: number;
}

/** The whole answer, cleaned. Throws HttpError, or what the signal was aborted with. */
export async function ask(asking: Asking, { redactor, mostBytes }: Rules): Promise<Answered> {
  try {
    const response = await openAnswer(asking, "same host");
    const { status, ok } = response;
    const raw = await boundedText(response, mostBytes, asking.signal);
    const isError = !ok || saysError(raw);
    const text = redactor.clean(raw, isError);
    const headers = new Headers();
    for (const name of HEADERS) {
      const value = response.headers.get(name);
      if (value !== null) headers.set(name, redactor.clean(value, true));
    }
    return { status, statusText: redactor.clean(response.statusText, true), headers, text };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new HttpError(error.reason, redactor.clean(error.message, true));
  }
}

const HEADERS = ["content-type", "retry-after", "retry-after-ms"];
const REDIRECTS = [301, 302, 303, 307, 308];
const MOST_HOPS = 5;

const originOf = (url: string) => new URL(url).origin;

/** What is only for the server that was asked. */
function withoutSecretHeaders(headers: Headers): Headers {
  const others = new Headers(headers);
  for (const name of ["authorization", "x-api-key", "api-key", "cookie"]) others.delete(name);
  return others;
}

interface Redirect {
  readonly location: string;
  readonly url: string;
  readonly method: Asking["method"];
  readonly status: number;
  readonly redirects: Redirects;
  readonly hops: number;
}

/** Where a redirect leads. Throws HttpError where we do not go. */
function targetOf({ location, url, method, status, redirects, hops }: Redirect): string {
  const from = new URL(url);
  const refuse = (why: string) => new HttpError("redirected", `${from.origin} answered ${status}: ${why}`);
  if (hops === MOST_HOPS) throw refuse(`it redirected more than ${MOST_HOPS} times`);
  if (!URL.canParse(location, url)) throw refuse("it redirects to something that is no address");
  const to = new URL(location, url);
  if (!/^https?:$/.test(to.protocol)) throw refuse("it redirects to something that is no web address");
  if (to.username || to.password) throw refuse("it redirects to an address with a user or a password");
  if (redirects === "same host" && to.origin !== from.origin) {
    throw refuse(`it redirects to another host, ${to.origin}; give that one's URL if you trust it`);
  }
  if (from.protocol === "https:" && to.protocol === "http:") throw refuse(`it redirects to ${to.origin}, without TLS`);
  // Browsers would make a GET of it, whose answer is another one's.
  if (method === "POST" && status < 307)
    throw refuse(`it redirects a POST to ${to.origin}${to.pathname}; use that address`);
  return to.href;
}

/** Whether an answer of success has an error inside (llama.cpp does that). */
function saysError(text: string): boolean {
  try {
    const { error } = (JSON.parse(text) ?? {}) as { error?: unknown };
    return error !== undefined && error !== null;
  } catch {
    // No JSON: nobody but people can read it.
    return true;
  }
}

/** The body as text. What counts is its size unpacked, so that a packed answer cannot fill the memory. */
async function boundedText(response: Response, mostBytes: number, signal?: AbortSignal): Promise<string> {
  const tooLong = () => new HttpError("too long", `the answer is longer than ${mostBytes} bytes`);
  if (Number(response.headers.get("content-length")) > mostBytes) {
    await response.body?.cancel();
    throw tooLong();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > mostBytes) throw tooLong();
      chunks.push(chunk);
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    throw httpErrorOf(originOf(response.url), error);
  }
  return Buffer.concat(chunks).toString("utf8");
}
