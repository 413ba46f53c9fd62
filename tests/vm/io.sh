#!/bin/bash
# SPDX-License-Identifier: MIT
#
# To run in the guest, from the source directory: tools/vmrun -- tests/vm/io.sh BUILD
#
# Camera and virtual camera alone, with BUILD/tests/vm_io: every raw format of vivid; producers one after the other on
# both loopback devices, with a reader that stays; unplugging; which programs are refused and why.

set -u
io=$1/tests/vm_io
work=$(mktemp -d)
failed=0
cd "$work" || exit 1

fail() { echo "FAIL: $*"; failed=1; }
ok() { echo "ok: $*"; }

# expect PATTERN COMMAND...: the command's output has a line with PATTERN.
expect() {
    local pattern=$1
    shift
    "$@" >said 2>&1
    if grep -q -- "$pattern" said; then
        ok "$(grep -m 1 -- "$pattern" said)"
    else
        fail "$*: no '$pattern' in: $(cat said)"
    fi
}

# start_producer DEVICE FORMAT SIZE LUMA: feed until stop_producer; waits until clients see a camera.
start_producer() {
    : >producer.log
    "$io" produce "$@" 600 >producer.log 2>&1 &
    producer=$!
    for _ in $(seq 200); do
        [ ! -s producer.log ] || return 0
        sleep 0.1
    done
    fail "the producer said nothing"
}
stop_producer() { kill "$producer"; wait "$producer" || fail "producer: $(cat producer.log)"; }

# lumas FILE BYTES: the first byte of each picture (the last one may be cut off), as "LUMA LUMA .." without repetition.
lumas() {
    local size offset
    size=$(stat -c %s "$1")
    for ((offset = 0; offset < size; offset += $2)); do od -A n -t u1 -j "$offset" -N 1 "$1"; done |
        tr -d ' ' | uniq | paste -s -d ' '
}

expect '/dev/video0: vivid, camera, free' "$io" list
expect '/dev/video10: Test cam, virtual camera, free' "$io" list
for format in YUYV UYVY NV12 YU12 YV12; do
    expect "$format 640x480 at 25/s: luma 16..*damaged 0" "$io" capture /dev/video0 $format 640x480 8
done
expect '/dev/video0 (vivid) .* dropped 0, damaged 0' "$io" capture auto any any 8
expect 'has no format MJPG' "$io" capture /dev/video0 MJPG 640x480 1
expect 'nobody feeds this virtual camera' "$io" capture /dev/video10 any any 1
expect 'not a virtual camera' "$io" produce /dev/video0 YUYV 320x240 99

for device in /dev/video10 /dev/video11; do
    for round in 1 2 3 4 5; do
        width=$((320 + round * 32)) luma=$((60 + round * 20))
        start_producer $device YUYV ${width}x240 $luma
        expect 'already feeds this virtual camera' "$io" produce $device YUYV 320x240 99
        timeout 60 v4l2-ctl -d $device --stream-mmap --stream-count=5 --stream-to=raw >/dev/null 2>&1
        case $(lumas raw $((width * 240 * 2))) in
        "$luma" | "40 $luma") ok "$device producer $round: $luma" ;;
        *) fail "$device producer $round: $(lumas raw $((width * 240 * 2)))" ;;
        esac
        stop_producer
        rm -f raw
    done
done

# A reader that stays sees covers and pictures, never a stale one, and the next producer can only come at the same size.
for device in /dev/video10 /dev/video11; do
    start_producer $device YUYV 320x240 100
    v4l2-ctl -d $device --stream-mmap --stream-count=100000 --stream-to=raw >/dev/null 2>&1 &
    reader=$!
    sleep 2
    stop_producer
    expect 'held at YUYV 320x240' "$io" produce $device YUYV 640x480 99
    start_producer $device YUYV 320x240 200
    sleep 2
    stop_producer
    sleep 1
    kill $reader
    wait $reader 2>/dev/null
    case $(lumas raw 153600) in
    "100 40 200 40" | "40 100 40 200 40") ok "$device: a reader that stays sees $(lumas raw 153600)" ;;
    *) fail "$device: a reader that stays sees $(lumas raw 153600)" ;;
    esac
    rm -f raw
done

# The camera is unplugged while it is read.
"$io" capture /dev/video0 YUYV 640x480 100000 >reader.log 2>&1 &
reader=$!
sleep 2
echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind
wait $reader
if grep -q 'the camera has gone' reader.log; then
    ok "$(grep gone reader.log)"
else
    fail "unplugged: $(cat reader.log)"
fi
echo vivid.0 >/sys/bus/platform/drivers/vivid/bind

rm -r "$work"
[ $failed = 0 ] && echo PASS
exit $failed
