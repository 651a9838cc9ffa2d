# shellcheck shell=bash disable=SC2086 # groups of packages are words
# What ./play and ./check share: who runs, what is installed, how a preset is built.
# Sourced by them with ROOT (the project's folder, absolute) and SELF (their own name) set.
# Everything said here goes to standard error: standard output belongs to imps.
# Kept to bash 3.2, which macOS has.

LOGS="$ROOT/build/log"
# Without these, ccache keeps nothing that reads precompiled headers.
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}

say() { printf '%s: %s\n' "$SELF" "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# step LOG TEXT COMMAND...: one line for what is being done ($SAY_AFTER: once that has taken so many
# seconds), its output in build/log/LOG.log, and the end of that only when it fails.
step() {
  local log="$LOGS/$1.log" text=$2 status=0 teller=
  shift 2
  if [ -n "${SAY_AFTER:-}" ]; then
    # It may outlive us by a moment: without the lock of the builds, and without a hold on our output.
    (sleep "$SAY_AFTER" >/dev/null 2>&1 && say "$text") 9>&- &
    teller=$!
  else
    say "$text"
  fi
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ -n "$teller" ]; then
    kill "$teller" 2>/dev/null || :
    wait "$teller" 2>/dev/null || :
  fi
  [ "$status" -ne 0 ] || return 0
  grep -v '^\[[0-9]*/[0-9]*\] ' "$log" | tail -n 60 >&2 # without ninja's progress
  say "that failed; the lines above are the end of $log"
  return 1
}

# --- Who ---------------------------------------------------------------------------------------

# set_up GROUPS SCRIPT ARGUMENTS...: everything up to where building can begin.
set_up() {
  local groups=$1
  shift
  if [ "$(id -u)" -eq 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ] &&
    sudo -u "$SUDO_USER" test -w "$ROOT"; then
    become_the_user "$groups" "$@"
  fi
  make_build_folder
  install_missing $groups
}

# Through sudo, only the package manager is root: everything else is done as the user who asked, so
# that nothing in their folder becomes root's. (In a folder where they cannot write we stay root.)
become_the_user() { # GROUPS SCRIPT ARGUMENTS...
  local home user=$SUDO_USER groups=$1
  shift
  LOGS=$(mktemp -d)
  install_missing $groups
  rm -rf "$LOGS"
  home=$(eval "printf %s ~$(printf %q "$user")")
  unset SUDO_USER SUDO_UID SUDO_GID SUDO_COMMAND
  if command -v setpriv >/dev/null; then # no process stays in between, so signals arrive
    exec setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- \
      env HOME="$home" USER="$user" LOGNAME="$user" "$@"
  fi
  exec sudo -H -u "$user" -- "$@"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "installing needs root, and there is no sudo: run this once as root: $*"
    return 1
  fi
}

# --- Packages ----------------------------------------------------------------------------------

# packages FILE GROUP...: the names in FILE that belong to one of the groups.
packages() {
  local file=$1 name group wanted
  shift
  while read -r name group; do
    for wanted in "$@"; do
      if [ "$group" = "$wanted" ]; then printf '%s\n' "$name"; fi
    done
  done < <(sed 's/#.*//' "$ROOT/tools/$file")
}

install_missing_debian() { # GROUP...
  local name other installed missing=() chosen=()
  # shellcheck disable=SC2046 # package names are words
  installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' \
    $(packages packages.debian "$@" | tr '|' ' ') 2>/dev/null) || true # fails if one is unknown
  installed=" $(sed -n 's/^ii //p' <<<"$installed" | tr '\n' ' ')"
  while read -r name; do
    for other in ${name//|/ }; do
      case "$installed" in *" $other "*) continue 2 ;; esac
    done
    missing+=("$name")
  done < <(packages packages.debian "$@")
  [ ${#missing[@]} -gt 0 ] || return 0

  # Lists that cannot be refreshed (no network, one broken source among many) may still do.
  step apt-update "asking apt what there is" as_root apt-get -q update || true
  for name in "${missing[@]}"; do
    for other in ${name//|/ }; do
      if apt-cache show "$other" >/dev/null 2>&1; then
        chosen+=("$other")
        continue 2
      fi
    done
    die "apt does not know the package $name: imps is built on Debian 12 or later (or Ubuntu 24.04)"
  done
  step apt-install "installing ${chosen[*]}" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
    install --no-install-recommends "${chosen[@]}" || exit 1
}

install_missing_homebrew() { # GROUP...
  local name installed missing=()
  installed=" $(brew list --formula -1 | tr '\n' ' ')"
  while read -r name; do
    case "$installed" in *" $name "*) ;; *) missing+=("$name") ;; esac
  done < <(packages packages.homebrew "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  step brew-install "installing ${missing[*]}" brew install "${missing[@]}" || exit 1
}

# install_missing GROUP...: one question to the package manager when nothing is missing.
install_missing() {
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    install_missing_debian "$@"
  elif command -v brew >/dev/null; then
    install_missing_homebrew "$@"
  elif ! command -v cmake >/dev/null || ! command -v ninja >/dev/null; then
    die "no apt and no Homebrew here: install what tools/packages.debian lists, then run this again"
  fi
}

# --- Building ----------------------------------------------------------------------------------

make_build_folder() {
  if mkdir -p "$LOGS" 2>/dev/null && [ -w "$ROOT/build" ] && [ -w "$LOGS" ]; then return 0; fi
  if [ -e "$ROOT/build" ]; then
    die "cannot write to $ROOT/build; make it yours with: sudo chown -R $(id -un) '$ROOT/build'"
  fi
  die "cannot write to $ROOT: clone the project into a folder of your own"
}

# Two that build in one folder at once would spoil each other's work: the second waits.
lock_builds() {
  command -v flock >/dev/null || return 0
  exec 9>"$ROOT/build/.lock"
  flock -n 9 && return 0
  say "another build is running in $ROOT/build: waiting for it"
  flock 9
}
unlock_builds() { exec 9>&-; }

cached() { sed -n "s/^$2:[A-Z]*=//p" "$ROOT/build/$1/CMakeCache.txt" 2>/dev/null; } # PRESET NAME

# configure PRESET [-D...]: only where the folder is new, its presets have changed, or one of the
# settings differs; otherwise ninja itself sees what changed.
configure() {
  local preset=$1 folder="$ROOT/build/$1" setting changed=
  shift
  if [ -e "$folder/CMakeCache.txt" ] && [ "$(cached "$preset" CMAKE_HOME_DIRECTORY)" != "$ROOT" ]; then
    say "build/$preset was made for another folder: starting it anew"
    rm -rf "$folder"
  fi
  for setting in "$@"; do
    setting=${setting#-D}
    [ "$(cached "$preset" "${setting%%=*}")" = "${setting#*=}" ] || changed=yes
  done
  if [ -z "$changed" ] && [ -f "$folder/build.ninja" ] &&
    [ ! "$ROOT/CMakePresets.json" -nt "$folder/build.ninja" ]; then return 0; fi
  if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
  fi
  cd "$ROOT" || return 1 # where cmake looks for presets; we are in a subshell, see build()
  step "$preset-configure" "configuring build/$preset" cmake --preset "$preset" "$@"
}

# build PRESET TARGET TEXT [-D...]: configures and builds, and says so only when there is work.
build() {
  local preset=$1 target=$2 text=$3 folder="$ROOT/build/$1"
  shift 3
  (configure "$preset" "$@") || return 1
  # Only ninja itself can tell whether there is anything to do, once it has looked for new files.
  SAY_AFTER=1 step "$preset-build" "$text" ninja -C "$folder" "$target"
}

# --- Priority ----------------------------------------------------------------------------------

# A performance is on time on a busy machine only with real-time priority, which ordinary users have
# no right to. The program's file can carry that right (see raise_priority() in src/platform/):
# given here where nobody has to be asked for a password, until the next build writes a new file.
grant_priority() { # PROGRAM
  local PATH=$PATH:/usr/sbin:/sbin
  command -v setcap >/dev/null || return 0 # no such thing (macOS)
  if [ "$(id -u)" -eq 0 ] || [ "$(ulimit -r)" != 0 ]; then return 0; fi # there is a right already
  case "$(getcap "$1" 2>/dev/null)" in *cap_sys_nice*) return 0 ;; esac
  if sudo -n setcap cap_sys_nice+p "$1" 2>/dev/null; then
    say "gave $1 the right to real-time priority"
  else
    say "for exact timing on a busy machine: sudo setcap cap_sys_nice+p '$1'"
  fi
}
