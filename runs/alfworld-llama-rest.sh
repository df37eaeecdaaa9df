#!/usr/bin/env bash
# The other methods on the same 510 real episodes, in the project of runs/alfworld-llama.sh (its rollouts are found again).
#   DATA = json_2.1.1   LOGIC = the older release's alfred.pddl and alfred.twl2
set -euo pipefail
cd "$(dirname "$0")/.."
: "${DATA:?path of json_2.1.1}" "${LOGIC:?path of the older domain and grammar}"
npx gleaner run examples/alfworld-llama.yaml --set run=alfworld-llama-rest environment.data="$DATA" environment.logic="$LOGIC" \
  'methods=[{"method":"rft"},{"method":"agent-evol","samples":6},{"method":"sft-all"},{"method":"nat"},{"method":"eto","samples":6},{"method":"best-of","samples":6}]' "$@"
