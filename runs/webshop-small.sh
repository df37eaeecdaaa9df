#!/usr/bin/env bash
# WebShop, the official 1,000 products, 3 seeds. About 25 minutes on 2 cores; resumable.
#   DATA = folder of items_shuffle_1000.json and items_ins_v2_1000.json
set -euo pipefail
cd "$(dirname "$0")/.."
: "${DATA:?folder of the official files}"
npx gleaner run examples/webshop-small.yaml --set environment.data="$DATA" "$@"
