/** The version of this program, from its package. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder with package.json. The sources and the built files lie at different depths. */
export const packageFolder = (from: string = import.meta.dirname): string =>
  existsSync(join(from, "package.json")) ? from : packageFolder(dirname(from));

/** `0.1.0` */
export const version = (): string =>
  (JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8")) as { readonly version: string }).version;
