/** Where this program keeps what can be made or fetched again. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * `$XDG_CACHE_HOME/gleaner`, by default `~/.cache/gleaner`. A relative XDG_CACHE_HOME counts as none, as its specification
 * says: it would make a folder wherever a command happens to run.
 */
export function cacheFolder(): string {
  const said = process.env.XDG_CACHE_HOME;
  return join(said !== undefined && isAbsolute(said) ? said : join(homedir(), ".cache"), "gleaner");
}
