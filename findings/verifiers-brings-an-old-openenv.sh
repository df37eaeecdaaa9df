#!/usr/bin/env bash
# verifiers 0.4.0 and openenv 0.10.0 cannot be installed together, and `verifiers[openenv]` brings openenv 0.4.1 without a word.
#
# Seen (the lines that are printed below): pip refuses the two, since verifiers pins mcp to 2.0.0 while openenv wants a fastmcp
# below 4, each of which wants an mcp below 2. Asked for the extra alone, pip goes back to openenv 0.4.1, the last release that
# takes fastmcp 4. One would expect the extra to bring the openenv of the day. Its client speaks the same messages, so gleaner's
# server is played by both.
#
# Needs python3 with venv, and the network; nothing but pip is installed. Ends with 1 where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
status=0
if venv/bin/pip install --dry-run "verifiers==0.4.0" "openenv==0.10.0" >both.log 2>&1; then
  echo "verifiers 0.4.0 and openenv 0.10.0: can be installed together"
  status=1
else
  grep -m 3 -E "depends on mcp|Cannot install" both.log
fi
venv/bin/pip install --dry-run "verifiers[openenv]==0.4.0" >extra.log 2>&1
found=$(grep -oE "\b(openenv|fastmcp|mcp)-[0-9][0-9.]*[0-9]" <(grep "Would install" extra.log) | sort | xargs)
echo "verifiers[openenv]==0.4.0 brings: $found"
case "$found" in *openenv-0.4.1*) ;; *) status=1 ;; esac
exit $status
