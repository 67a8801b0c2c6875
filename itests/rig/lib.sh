# Where the rig keeps what `prepare` builds, shared by `prepare` and `rig`.
# shellcheck shell=bash

rig_home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
rig_cache=${XDG_CACHE_HOME:-$HOME/.cache}/bulkhead/rig
export PATH=$PATH:/usr/sbin:/sbin

say() { printf 'rig: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# One short name for the state of some files and words: a changed recipe gets a new name.
fingerprint() { # WORDS... ; file contents on stdin
  { printf '%s\n' "$@"; cat; } | sha256sum | cut -c1-12
}

# `current-<recipe>` links to the images that were built from exactly these recipe files.
images_link() {
  printf '%s/current-%s' "$rig_cache" "$(cat "$rig_home"/prepare "$rig_home"/guest/* | fingerprint)"
}
