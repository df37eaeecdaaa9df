/** Addresses of servers as users give them. */
import { CliError } from "../core/errors.ts";

export interface AddressRules {
  /** Ends the message of an error. */
  readonly example?: string;
  /** Whether it may end in a query that says a version: `?api-version=2024-10-21`. Default: no. */
  readonly mayHaveVersion?: boolean;
}

/** Azure's kind. Short, and of few characters: a key that somebody puts there is longer, or has another name. */
const VERSION = /^\?(api-version|version|v)=[a-z0-9.-]{1,24}$/i;

/**
 * A base URL without a slash at its end. Refuses what would carry a secret into messages and stores: a password, a query
 * other than a version. Throws CliError, which shows neither: `what` begins its message.
 */
export function baseUrl(what: string, text: string, rules: AddressRules = {}): string {
  const { example = "http://127.0.0.1:8000/v1", mayHaveVersion = false } = rules;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new CliError(`${what} "${withoutSecrets(text)}": expected a base URL such as ${example}`);
  }
  const advice = "put the key into an environment variable and name that";
  if (url.username || url.password) {
    throw new CliError(`${what} ${url.host}: expected no user or password in the URL; ${advice}`);
  }
  const [base, version] = mayHaveVersion && VERSION.test(url.search) ? [text.split("?")[0]!, url.search] : [text, ""];
  if (/[?#]/.test(base) || url.hash !== "") {
    const but = mayHaveVersion ? " (?api-version=… may stay)" : "";
    throw new CliError(
      `${what} ${url.host}: expected a URL that ends before ? and #${but}; if a key stands there, ${advice}`,
    );
  }
  return base.replace(/\/+$/, "") + version;
}

/** Any text without users, passwords and queries of the URLs in it. */
export function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/\s@]{1,500}@/g, "//").replace(/[?#][^\s"'<>]*/g, (found) => found.slice(0, 1));
}

/** Any text without users and passwords of the URLs in it: what pip says of an index. */
export const withoutPasswords = (text: string): string => text.replace(/:\/\/[^/\s@]{1,500}@/g, "://");
