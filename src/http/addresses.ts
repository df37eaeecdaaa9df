/** Addresses of servers as users give them. */
import { CliError } from "../core/errors.ts";

/**
 * A base URL without a slash at its end. Refuses what would carry a secret into messages and stores: a password, a query.
 * Throws CliError, which shows neither: `what` begins its message, `example` ends it.
 */
export function baseUrl(what: string, text: string, example = "http://127.0.0.1:8000/v1"): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new CliError(`${what} "${withoutSecrets(text)}": expected a base URL such as ${example}`);
  }
  const advice = "put the key into an environment variable and name that";
  if (url.username || url.password) {
    throw new CliError(`${what} ${url.host}: expected no user or password in the URL; ${advice}`);
  }
  if (/[?#]/.test(text)) {
    throw new CliError(
      `${what} ${url.host}: expected a URL that ends before ? and #; if a key stands there, ${advice}`,
    );
  }
  return text.replace(/\/+$/, "");
}

/** Any text without users, passwords and queries of the URLs in it. */
export function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/\s@]{1,500}@/g, "//").replace(/[?#][^\s"'<>]*/g, (found) => found.slice(0, 1));
}

/** Any text without users and passwords of the URLs in it: what pip says of an index. */
export const withoutPasswords = (text: string): string => text.replace(/:\/\/[^/\s@]{1,500}@/g, "://");
