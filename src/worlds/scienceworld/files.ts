/**
 * The simulator's files on this machine: known releases with their checksums, and the cache folder that they are unpacked
 * to. Nothing is downloaded here; see install.ts.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../../core/errors.ts";
import { listing, quoted } from "../../core/wording.ts";
import { cacheFolder } from "../../installs/cache-folder.ts";

/** sha256 of the wheel on PyPI and of the JAR in it. 1.1.3 is what papers of 2022 to 2024 used. */
export const RELEASES = {
  "1.2.3": {
    wheel: "e9737b9d099bfaad90ef053ad6ac1d795e2063ed320efdfc0e9d9c8b5bebf419",
    jar: "f4e1fdce0cdabe1bab7128a7e78ea820210d9db3c28d7272bcbbc3f3a1c5f0d7",
  },
  "1.1.3": {
    wheel: "19a55d4e2f6fd7c030a444e901a6ad4db0b94636ea283b895caae88abb514a57",
    jar: "2a83ba73718c50b2ed51f2819ddc3e564c7b3468a4999dd2d757c8bbb077b8ff",
  },
} as const;
export type Release = keyof typeof RELEASES;
export const NEWEST: Release = "1.2.3";

/** Throws CliError for a release whose checksum is not known here. */
export function readRelease(text: string): Release {
  if (Object.hasOwn(RELEASES, text)) return text as Release;
  throw new CliError(`ScienceWorld ${quoted(text)}: expected one of ${listing(Object.keys(RELEASES))}`);
}

export const JAR = "scienceworld.jar";
/** The simulator numbers its types anew where this is not in the working directory. */
export const TYPES = "object_type_ids.tsv";

/** Where releases are installed unless the user says otherwise. */
export const scienceworldCache = (): string => join(cacheFolder(), "scienceworld");

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export type JarState = "verified" | "missing" | "changed";

/** Whether the release's JAR is in the cache, byte for byte as published. */
export function jarState(cache: string, release: Release): JarState {
  const jar = join(cache, release, JAR);
  if (!existsSync(jar) || !existsSync(join(cache, release, TYPES))) return "missing";
  return sha256(readFileSync(jar)) === RELEASES[release].jar ? "verified" : "changed";
}

/** The folder of an installed release. Throws CliError saying how to get it. */
export function installedFolder(cache: string, release: Release): string {
  const command = `gleaner env install scienceworld${release === NEWEST ? "" : ` --version ${release}`}`;
  const folder = join(cache, release);
  const state = jarState(cache, release);
  if (state === "verified") return folder;
  if (state === "missing") throw new CliError(`ScienceWorld ${release} is not installed: run \`${command}\``);
  throw new CliError(
    `${join(folder, JAR)} is not ScienceWorld ${release} (its sha256 differs): remove it, then run \`${command}\``,
  );
}
