#!/usr/bin/env bash
# The map of when failures help: the demo's world in several shapes, 3 iterations. Hours; resumable.
set -euo pipefail
cd "$(dirname "$0")/.."
map() {
  local name=$1
  shift
  npx gleaner run runs/workshop-map.yaml --set run="when-$name" "$@"
}
map front
map back environment.kind=back
map silent environment.ruin=silent
map any environment.kind=any
