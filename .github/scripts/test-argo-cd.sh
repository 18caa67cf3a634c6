#!/usr/bin/env bash
# Runs the tests with Argo CD as root: they want a network of their own, and Ubuntu keeps user namespaces from all others.
set -euo pipefail
exec sudo env "PATH=$PATH" "HOME=$HOME" npm run test:argo-cd
