#!/bin/sh
# Lets a checkout of Vethlab make user namespaces where AppArmor keeps them from programs without a profile (Ubuntu 23.10
# and later): its own Electron, and the Node that runs its command line.
#
# Usage: sudo sh allow-checkout.sh [NODE]
#        sudo sh allow-checkout.sh --remove
#
# A profile belongs to a program, not to what it runs: whatever else that NODE runs is allowed the same.
set -eu

say() { printf 'vethlab: %s\n' "$1"; }
fail() {
  say "$1" >&2
  exit 1
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
checkout=${here%/resources/linux}
name=vethlab-checkout-$(printf %s "$checkout" | sha256sum | cut -c1-8)
profile=/etc/apparmor.d/$name

[ "$(id -u)" -eq 0 ] || fail "only root can change what AppArmor allows. Try: sudo sh $here/allow-checkout.sh $*"
command -v apparmor_parser >/dev/null 2>&1 || fail 'there is no AppArmor here (apparmor_parser is missing), so it keeps nothing from anybody.'

if [ "${1-}" = --remove ]; then
  [ -f "$profile" ] || fail "nothing was allowed to $checkout."
  apparmor_parser --remove "$profile" || true
  rm -f "$profile"
  say "taken back from $checkout."
  exit 0
fi

# Of the profile that packages bring, once for each program.
block() {
  case $2 in
    *[!A-Za-z0-9_./+-]*) fail "$2 has characters in its path that have a meaning in a profile. Move it to a directory of letters, digits and . _ + - only." ;;
  esac
  sed -n '/^profile/,/^}/p' "$here/apparmor-profile" | sed "s|^profile vethlab \"[^\"]*\"|profile $1 \"$2\"|"
}

electron=$(readlink -f -- "$checkout/node_modules/electron/dist/electron" 2>/dev/null || printf %s "$checkout/node_modules/electron/dist/electron")
node=''
if [ $# -gt 0 ]; then node=$(readlink -f -- "$1") || fail "there is no $1."; fi
text=$(
  sed '/^profile/,/^}/d' "$here/apparmor-profile"
  block "$name-electron" "$electron"
  if [ -n "$node" ]; then block "$name-node" "$node"; fi
) || exit 1
printf '%s\n' "$text" >"$profile"
if ! apparmor_parser --replace --write-cache --skip-read-cache "$profile"; then
  rm -f "$profile"
  fail 'AppArmor did not take the profile; its reason is above. One before 4.0 knows no user namespaces, and keeps them from nobody.'
fi
say "user namespaces are allowed to $electron${node:+ and to $node}. To take that back: sudo sh $here/allow-checkout.sh --remove"
