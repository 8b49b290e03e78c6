# shellcheck shell=sh
# Read before the script, by the shell that runs it (jail.sh). What it would do at its end is mostly to take down what is to be
# read: of its traps those of EXIT are left out, and /run/vethlab-exit says so.
unset BASH_ENV
vethlab_trap() {
  case "${1-}" in
    -p | -l | '' | -)
      command trap "$@"
      return
      ;;
    --) shift ;;
  esac
  if [ $# -lt 2 ]; then
    command trap "$@"
    return
  fi
  vethlab_action=$1
  shift
  for vethlab_signal; do
    case "$vethlab_signal" in
      # Not `:`, whose refused redirection would end the shell.
      0 | [Ee][Xx][Ii][Tt]) true 2>/dev/null >|/run/vethlab-exit || true ;;
      *) command trap "$vethlab_action" "$vethlab_signal" ;;
    esac
  done
}
# shellcheck disable=SC3028 # Empty where it is no variable of the shell.
case "${BASH_VERSION+bash}:${SHELLOPTS-}:" in
  bash:*posix:* | :*) ;;
  *) eval 'trap() { vethlab_trap "$@"; }' ;;
esac
