# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
# What tools/test and tools/demo share: the packages that they need, and how to get them. Sourced.

# Debian 12 packages. A colon names a command that does as well as the package.
BUILD_PACKAGES=(build-essential meson:meson ninja-build:ninja pkg-config:pkg-config
    libgcrypt20-dev libgpg-error-dev libsodium-dev zlib1g-dev libbz2-dev nettle-dev libgmp-dev
    libunbound-dev libmilter-dev libexpat1-dev libpsl-dev libcmocka-dev libqrencode-dev
    python3:python3 scdoc:scdoc)
TEST_PACKAGES=(g++ clang:clang libclang-rt-14-dev binutils:nm abigail-tools:abidw
    pmccabe:pmccabe valgrind:valgrind mandoc:mandoc)
# Other implementations that tests talk to.
PEER_PACKAGES=(knot postfix swaks python3-dkim python3-spf libmail-dkim-perl libjson-perl
    libopendkim-dev libspf2-dev gnupg:gpg rnp:rnp sqop:sqop gosop:gosop
    nodejs:node npm:npm liboath-dev
    oathtool:oathtool debian-keyring zbar-tools:zbarimg librsvg2-bin:rsvg-convert)

is_installed() {
    local package=${1%%:*} command=""
    [[ $1 == *:* ]] && command=${1#*:}
    if [ -n "$command" ] && command -v "$command" >/dev/null; then
        return 0
    fi
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ]
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "Needs root or sudo to run: $*" >&2
        return 1
    fi
}

# Runs a command while Debian's packages may start no daemon: tests run their own.
without_daemons() {
    local policy=/usr/sbin/policy-rc.d status=0
    if [ -e "$policy" ]; then
        "$@"
        return
    fi
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod 755 "$policy"
    "$@" || status=$?
    as_root rm -f "$policy"
    return "$status"
}

# Installs those of the packages that are missing; asks the network for nothing when none is.
install_missing() {
    local package missing=()
    for package in "$@"; do
        is_installed "$package" || missing+=("${package%%:*}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "Installing: ${missing[*]}"
    as_root apt-get update -q >&2 && without_daemons as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
}

# Where the shared corpus of mail and OpenPGP data lies beside the checkout, tests find it.
find_corpus() {
    local corpus=$1/../shared/corpus
    if [ -z "${SECMAIL_CORPUS:-}" ] && [ -d "$corpus" ]; then
        SECMAIL_CORPUS=$(realpath "$corpus")
        export SECMAIL_CORPUS
    fi
}
