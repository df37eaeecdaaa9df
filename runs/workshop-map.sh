#!/usr/bin/env bash
# The map of when failures help: the demo's world in several shapes, 3 iterations of each method in the two that matter most,
# 1 in the others. Hours; resumable.
set -euo pipefail
cd "$(dirname "$0")/.."
map() {
  local name=$1
  shift
  npx gleaner run runs/workshop-map.yaml --set run="when-$name" "$@"
}
map front
map back environment.kind=back
once=(methods.{0,1,2,3}.iterations=1)
map silent environment.ruin=silent "${once[@]}"
map any environment.kind=any "${once[@]}"
