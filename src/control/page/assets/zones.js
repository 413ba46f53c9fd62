// SPDX-License-Identifier: MIT
// Zones in which nobody is found, drawn with the mouse.
'use strict';

let zones = [];

function draw_zones(extra) {
	const canvas = $('zones'), pen = canvas.getContext('2d');
	canvas.width = canvas.clientWidth;
	canvas.height = canvas.clientHeight;
	pen.setLineDash([6, 4]);
	pen.strokeStyle = '#ffb347';
	pen.fillStyle = 'rgb(255 179 71 / 18%)';
	for (const [x, y, w, h] of extra ? [...zones, extra] : zones) {
		pen.fillRect(x * canvas.width, y * canvas.height, w * canvas.width, h * canvas.height);
		pen.strokeRect(x * canvas.width, y * canvas.height, w * canvas.width, h * canvas.height);
	}
}

/** "10%,0%,25%x100%" as shares; zones in pixels cannot be drawn here. */
function parse_zone(text) {
	const part = text.match(/^([\d.]+)%,([\d.]+)%,([\d.]+)%x([\d.]+)%$/);
	return part ? part.slice(1).map((number) => number / 100) : null;
}

/** In tenths of a percent, outwards: what was drawn is inside. */
function print_zone([x, y, w, h]) {
	const floor = (share) => Math.floor(share * 1000) / 10;
	const ceil = (share) => Math.ceil(share * 1000) / 10;
	const [left, top, right, bottom] = [floor(x), floor(y), ceil(x + w), ceil(y + h)];
	return `${left}%,${top}%,${(right - left).toFixed(1)}%x${(bottom - top).toFixed(1)}%`;
}

function place_of(event) {
	const box = $('zones').getBoundingClientRect();
	let x = (event.clientX - box.left) / box.width;
	if ($('frame').classList.contains('mirrored'))
		x = 1 - x;
	return [x, (event.clientY - box.top) / box.height].map((share) => Math.min(Math.max(share, 0), 1));
}

let corner = null;
const between = (a, b) => [
	Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]),
];

$('draw-zone').addEventListener('change', (event) => {
	$('frame').classList.toggle('drawing', event.target.checked);
});
$('zones').addEventListener('pointerdown', (event) => {
	corner = place_of(event);
	$('zones').setPointerCapture(event.pointerId);
});
$('zones').addEventListener('pointermove', (event) => corner && draw_zones(between(corner, place_of(event))));
$('zones').addEventListener('pointerup', async (event) => {
	const zone = corner && between(corner, place_of(event));
	corner = null;
	if (!zone || zone[2] < 0.02 || zone[3] < 0.02)
		return draw_zones();
	await command('add', 'keep-out', print_zone(zone));
	return refresh();
});
$('clear-zones').addEventListener('click', async () => {
	await command('set', 'keep-out', 'none');
	refresh();
});
