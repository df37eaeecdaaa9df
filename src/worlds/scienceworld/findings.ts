/** What `gleaner doctor` tells of ScienceWorld: Java, and each release of the simulator. */
import { join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { jarState, NEWEST, RELEASES, type Release, scienceworldCache } from "./files.ts";
import { findProgram, javaVersion, program } from "./java.ts";

/** The same shape as doctor's own findings; none of these is needed for anything but ScienceWorld. */
export interface ScienceWorldFinding {
  readonly what: string;
  readonly state: "ok" | "missing";
  readonly found: string;
  readonly advice: string;
  readonly isNeeded: false;
}

export async function scienceworldFindings(cache = scienceworldCache()): Promise<readonly ScienceWorldFinding[]> {
  const releases = (Object.keys(RELEASES) as Release[]).filter(
    (release) => release === NEWEST || jarState(cache, release) !== "missing",
  );
  return [await javaFinding(), ...releases.map((release) => releaseFinding(cache, release))];
}

async function javaFinding(): Promise<ScienceWorldFinding> {
  const base = { what: "Java", isNeeded: false } as const;
  try {
    const java = program("java");
    const found = `${await javaVersion(java)} (${java})`;
    if (findProgram("javac")) return { ...base, state: "ok", found, advice: "" };
    return { ...base, state: "missing", found: `${found}, without javac`, advice: compilerAdvice };
  } catch (error) {
    const [found, advice = ""] = messageOf(error).split(": ", 2);
    return { ...base, state: "missing", found: found!, advice };
  }
}

const compilerAdvice = "ScienceWorld's shim is compiled once: install a JDK (e.g. openjdk-17-jdk-headless)";

function releaseFinding(cache: string, release: Release): ScienceWorldFinding {
  const base = { what: `ScienceWorld ${release}`, isNeeded: false } as const;
  const folder = join(cache, release);
  const install = `gleaner env install scienceworld${release === NEWEST ? "" : ` --version ${release}`}`;
  switch (jarState(cache, release)) {
    case "missing":
      return { ...base, state: "missing", found: `none in ${folder}`, advice: install };
    case "changed":
      return { ...base, state: "missing", found: `a changed JAR in ${folder}`, advice: `remove it, then ${install}` };
    case "verified":
      return { ...base, state: "ok", found: `JAR verified (${folder})`, advice: "" };
  }
}
