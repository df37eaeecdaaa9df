#!/usr/bin/env bash
# Five short tasks of ScienceWorld, its own solutions with slips as the expert. Needs Java and pip; resumable.
set -euo pipefail
cd "$(dirname "$0")/.."
npx gleaner env install scienceworld
npx gleaner run examples/scienceworld-small.yaml "$@"
