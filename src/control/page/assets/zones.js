// SPDX-License-Identifier: MIT
// Zones in which nobody is found, drawn with the mouse or placed with the keyboard.
'use strict';

const LEAST = 0.02, STEP = 0.01; // shares of the picture's width and height
const FIRST_PLACE = [0.05, 0.1, 0.25, 0.5]; // in what is shown
let zones = []; // as the program has them: "10%,0%,25%x100%"
let draft = null; // the zone that is being made: x, y, width, height, as shares of the whole picture of the camera
let crop = [0, 0, 1, 1]; // the part of it that is shown: left, top, right, bottom
let corner = null; // where the mouse was pressed

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** From shares of what is shown to shares of the camera's whole picture. */
const in_whole = ([x, y]) => [crop[0] + x * (crop[2] - crop[0]), crop[1] + y * (crop[3] - crop[1])];

function first_place() {
	const [x, y, w, h] = FIRST_PLACE, [left, top] = in_whole([x, y]), [right, bottom] = in_whole([x + w, y + h]);
	return [left, top, right - left, bottom - top];
}

function show_crop(part) {
	crop = part;
	fit_zones();
}

function draw_one(pen, [x, y, w, h], canvas) {
	const across = canvas.width / (crop[2] - crop[0]), down = canvas.height / (crop[3] - crop[1]);
	const place = [(x - crop[0]) * across, (y - crop[1]) * down, w * across, h * down];
	pen.fillRect(...place);
	pen.strokeRect(...place);
}

function fit_zones() {
	const canvas = $('zones'), pen = canvas.getContext('2d');
	canvas.width = canvas.clientWidth * devicePixelRatio;
	canvas.height = canvas.clientHeight * devicePixelRatio;
	pen.lineWidth = 2 * devicePixelRatio;
	pen.setLineDash([6, 4].map((dash) => dash * devicePixelRatio));
	pen.strokeStyle = '#ffb347';
	pen.fillStyle = 'rgb(255 179 71 / 18%)';
	for (const zone of zones.map(parse_zone).filter(Boolean))
		draw_one(pen, zone, canvas);
	if (!draft)
		return;
	pen.setLineDash([]);
	pen.fillStyle = 'rgb(255 179 71 / 40%)';
	draw_one(pen, draft, canvas);
}

/** "10%,0%,25%x100%" as shares; zones in pixels are only listed. */
function parse_zone(text) {
	const part = text.match(/^([\d.]+)%,([\d.]+)%,([\d.]+)%x([\d.]+)%$/);
	return part ? part.slice(1).map((number) => number / 100) : null;
}

/** In tenths of a percent, outwards: what was drawn is inside. */
function print_zone([x, y, w, h]) {
	const floor = (share) => Math.floor(share * 1000 + 1e-6) / 10;
	const ceil = (share) => Math.ceil(share * 1000 - 1e-6) / 10;
	const [left, top, right, bottom] = [floor(x), floor(y), ceil(x + w), ceil(y + h)];
	return `${left}%,${top}%,${(right - left).toFixed(1)}%x${(bottom - top).toFixed(1)}%`;
}

function show_zones(list) {
	zones = list;
	fit_zones();
	$('zone-list').replaceChildren(...list.map((zone, i) => {
		const place = parse_zone(zone), drop = element('button', { type: 'button', textContent: 'Remove' });
		const text = place ? words_of(place) : zone;
		drop.className = 'quiet small';
		drop.setAttribute('aria-label', `Remove the zone ${text}`);
		drop.addEventListener('click', () => remove_zone(i));
		return element('li', {}, element('span', { textContent: `Nobody is shown ${text}` }), drop);
	}));
}

function words_of([x, y, w, h]) {
	const percent = (share) => `${Math.round(share * 100)} %`;
	return `from ${percent(x)} to ${percent(x + w)} across, ${percent(y)} to ${percent(y + h)} down`;
}

async function remove_zone(index) {
	const rest = zones.filter((_, i) => i !== index);
	await command_at($('zone-error'), 'set', 'keep-out', ...(rest.length ? rest : ['none']));
	await refresh();
	$('draw-zone').focus(); // the button that had the focus is gone
}

function edit(zone) {
	const canvas = $('zones'), on = zone !== null;
	draft = zone;
	fit_zones();
	$('zone-place').textContent = on ? words_of(zone) : '';
	if (on === !$('zone-editor').hidden)
		return;
	$('zone-editor').hidden = !on;
	$('frame').classList.toggle('drawing', on);
	$('draw-zone').setAttribute('aria-pressed', on);
	if (on) {
		canvas.removeAttribute('aria-hidden');
		canvas.setAttribute('role', 'application');
		canvas.setAttribute('aria-label', 'A new keep-out zone');
		canvas.setAttribute('aria-describedby', 'zone-help');
		canvas.tabIndex = 0;
		canvas.focus({ preventScroll: true });
		return;
	}
	if (document.activeElement === canvas)
		$('draw-zone').focus();
	canvas.setAttribute('aria-hidden', 'true');
	canvas.removeAttribute('role');
	canvas.removeAttribute('tabindex');
}

async function keep_zone() {
	if (draft && await command_at($('zone-error'), 'add', 'keep-out', print_zone(draft)))
		edit(null);
	refresh();
}

function walk_zone(event) {
	const step = {
		ArrowLeft: [$('frame').classList.contains('mirrored') ? 1 : -1, 0],
		ArrowRight: [$('frame').classList.contains('mirrored') ? -1 : 1, 0],
		ArrowUp: [0, -1],
		ArrowDown: [0, 1],
	}[event.key];
	if (event.key === 'Enter')
		keep_zone();
	else if (event.key === 'Escape')
		edit(null);
	if (!step || !draft)
		return;
	event.preventDefault();
	const [x, y, w, h] = draft, across = step[0] * STEP, down = step[1] * STEP;
	edit(event.shiftKey
		? [x, y, clamp(w + across, LEAST, 1 - x), clamp(h + down, LEAST, 1 - y)]
		: [clamp(x + across, 0, 1 - w), clamp(y + down, 0, 1 - h), w, h]);
}

function place_of(event) {
	const box = $('zones').getBoundingClientRect();
	let x = (event.clientX - box.left) / box.width;
	if ($('frame').classList.contains('mirrored'))
		x = 1 - x;
	return in_whole([x, (event.clientY - box.top) / box.height].map((share) => clamp(share, 0, 1)));
}

const between = (a, b) => [
	Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]),
];

$('draw-zone').addEventListener('click', () => edit(draft ? null : first_place()));
$('keep-zone').addEventListener('click', keep_zone);
$('drop-zone').addEventListener('click', () => edit(null));
$('zones').addEventListener('keydown', walk_zone);
$('zones').addEventListener('pointerdown', (event) => {
	corner = place_of(event);
	$('zones').setPointerCapture(event.pointerId);
});
$('zones').addEventListener('pointermove', (event) => corner && edit(between(corner, place_of(event))));
$('zones').addEventListener('pointerup', (event) => {
	const zone = corner && between(corner, place_of(event));
	corner = null;
	edit(zone && zone[2] >= LEAST && zone[3] >= LEAST ? zone : first_place());
});
addEventListener('resize', fit_zones);
