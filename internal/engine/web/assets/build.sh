#!/bin/sh
# Builds comity.css from govuk-frontend and src/. Only who changes the look runs this: the result is committed, and
# installing Comity needs no node.
#
#   ./build.sh          in this folder; needs node and npm
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts govuk-frontend@6.6.0 sass@1.108.2
node node_modules/sass/sass.js --no-source-map --quiet-deps --style=compressed \
	--load-path=node_modules "$here/src/comity.scss" compiled.css
node "$here/src/logical.mjs" compiled.css >"$here/comity.css"
wc -c "$here/comity.css"
