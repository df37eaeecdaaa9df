/**
 * Who may ask the viewer. A site that a person visits can send requests to this machine, too, also under a name of its own (DNS
 * rebinding). So the Host header must be one of ours, and requests that another site makes are refused. Beyond loopback a token is
 * asked for as well.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { hostname } from "node:os";
import type { MiddlewareHandler } from "hono";
import { isAddress, isLoopback, nameIn } from "../servers/loopback.ts";
import type { Problem } from "./api/shared.ts";

/** Nothing from elsewhere, nothing inline. Svelte sets styles through the style sheet's own interface, which this allows. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

export interface GuardOptions {
  /** The address that the server is bound to. */
  readonly host: string;
  /** What every request must bring; null: nothing is asked. */
  readonly token: string | null;
}

/** Refuses whatever is not for us, and puts the headers of safety on every answer. */
export function guard({ host, token }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    const refuse = (status: 401 | 403 | 405 | 421, error: string) => context.json({ error } satisfies Problem, status);
    const header = (name: string) => context.req.header(name);

    if (!isOurs(header("host") ?? "", host))
      return refuse(421, "the Host header names another machine: open the address that gleaner view printed");
    if (context.req.method !== "GET" && context.req.method !== "HEAD") {
      context.header("Allow", "GET, HEAD");
      return refuse(405, "the viewer only reads: expected GET or HEAD");
    }
    const origin = header("origin");
    if (origin !== undefined && origin !== `http://${header("host")}`)
      return refuse(403, "requests of other web pages are refused: expected no Origin header, or the viewer's own");
    if (isForeign(header("sec-fetch-site"), header("sec-fetch-mode")))
      return refuse(403, "requests of other web pages are refused: open the viewer itself");
    if (token === null) return next();

    const name = cookieNameOf(header("host") ?? "");
    if (isEqual(cookieIn(header("cookie"), name), token)) return next();
    if (!isEqual(context.req.query("token"), token))
      return refuse(401, "expected the token: open the address that gleaner view printed");
    context.header("Set-Cookie", `${name}=${token}; Path=/; HttpOnly; SameSite=Strict`);
    return next();
  };
}

/** A browser says where a request comes from. A link on another site may lead here; anything else may not. */
const isForeign = (site: string | undefined, mode: string | undefined) =>
  site !== undefined && site !== "same-origin" && site !== "none" && mode !== "navigate";

/** Of a server that is bound to every address, any address will do: rebinding needs a name. */
function isOurs(header: string, host: string): boolean {
  if (isLoopback(header)) return true;
  const name = nameIn(header);
  if (host === "0.0.0.0" || host === "::") return isAddress(name) || name === hostname().toLowerCase();
  return name === host.toLowerCase() || name === `[${host.toLowerCase()}]`;
}

/** Cookies do not tell ports apart, and two viewers may run on one machine. */
const cookieNameOf = (header: string) => `gleaner-${/:(\d+)$/.exec(header)?.[1] ?? "80"}`;

const cookieIn = (header: string | undefined, name: string) =>
  header
    ?.split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1);

/** How long it takes tells nothing of `expected`. */
function isEqual(given: string | undefined, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given ?? ""), digest(expected));
}
