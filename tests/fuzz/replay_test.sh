#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Does the replay driver run each file, whole, and notice what it has to?
#
#     replay_test.sh DRIVER    (a driver that is linked with replay_target.c)
set -u
driver=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ulimit -c 0
bad=0

# expect STATUS FOLDER: the driver's exit status for a folder; "failure" is any but 0.
expect() {
  "$driver" "$2" >"$work/out" 2>"$work/err"
  local status=$?
  if [ "$1" = failure ] && [ $status -ne 0 ]; then return; fi
  [ "$1" = "$status" ] && return
  echo "$2: exit status $status, expected $1"
  cat "$work/out" "$work/err"
  bad=1
}

shows() {
  grep -qF -- "$2" "$work/$1" && return
  echo "no '$2' in:"
  cat "$work/$1"
  bad=1
}

mkdir "$work"/{good,empty,fails,dangling,folder}
printf '' >"$work/good/nothing"
printf 'a' >"$work/good/letter"
head -c 10000 /dev/zero >"$work/good/large"
expect 0 "$work/good"
shows out '3 inputs'
shows out 'size 0 hash cbf29ce484222325'
shows out 'size 1 hash af63dc4c8601ec8c'
shows out 'size 10000 hash '

# The failing input is the last that is named.
printf 'fine' >"$work/fails/1"
printf 'fail' >"$work/fails/2"
printf 'fine' >"$work/fails/3"
expect failure "$work/fails"
shows err "$work/fails/2"
grep -qF "$work/fails/3" "$work/err" && { echo 'went on behind a failure'; bad=1; }

expect 1 "$work/empty"
shows err 'no files'
expect 1 "$work/missing"
shows err 'No such file'

# Unreadable files, also for root: one that can't be opened, one that can't be read. The good file
# behind them still runs.
ln -s nowhere "$work/dangling/1"
printf 'a' >"$work/dangling/2"
expect 1 "$work/dangling"
shows out 'size 1 '
mkdir "$work/folder/inner"
expect 1 "$work/folder"
shows err 'Is a directory'

"$driver" >/dev/null 2>&1
[ $? -eq 2 ] || { echo 'wrong arguments were accepted'; bad=1; }
exit $bad
