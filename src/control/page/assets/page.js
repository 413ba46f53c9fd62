// SPDX-License-Identifier: MIT
// The page of a running potemkin. All it knows comes from the commands of the control socket; forms are made from what
// "describe" says of each setting.
'use strict';

let token = location.hash.slice(1) || sessionStorage.getItem('token') || ''; // first the ticket of the address
history.replaceState(null, '', '/'); // it is not for screenshots and bookmarks

const $ = (id) => document.getElementById(id);
const MINUTE = 60;
const history_of = { fps: [], cpu: [], latency: [] };
let status_now = null;
let zones = [];

async function post(path, body) {
	const answer = await fetch(path, {
		method: 'POST',
		headers: { 'X-Potemkin-Token': token },
		body: body ? JSON.stringify(body) : undefined,
	});
	return answer.json();
}

function say(text) {
	$('message').textContent = text;
	$('message').hidden = false;
	clearTimeout(say.timer);
	say.timer = setTimeout(() => { $('message').hidden = true; }, 8000);
}

/** Run a command; its failure is said, and gives null. */
async function command(name, ...args) {
	try {
		const answer = await post('/api/' + name, { args });
		if (answer.ok)
			return answer;
		say(answer.error);
	} catch (error) {
		gone();
	}
	return null;
}

function gone() {
	$('state').textContent = 'potemkin is not running';
	$('state').dataset.state = 'gone';
}

function element(tag, properties, ...children) {
	const made = Object.assign(document.createElement(tag), properties);
	made.append(...children);
	return made;
}

// --- the picture is in picture.js

$('mirror-view').addEventListener('change', (event) => {
	$('frame').classList.toggle('mirrored', event.target.checked);
});

// --- zones in which nobody is found, drawn with the mouse

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

// --- the gallery

function fill_gallery(backdrops) {
	const cards = backdrops.map(
		({ name, title }) => ({ spec: 'builtin:' + name, title, src: '/thumbnail/' + name }));
	cards.push(
		{ spec: 'blur', title: 'blurred room', swatch: 'blur' },
		{ spec: 'green', title: 'chroma-key green', swatch: 'green' },
	);
	$('gallery').replaceChildren(...cards.map((card) => {
		const picture = card.src
			? element('img', { alt: '' })
			: element('span', { className: 'swatch ' + card.swatch });
		const name = element('span', { className: 'name', textContent: card.title });
		const button = element('button', { type: 'button' }, picture, name);
		if (card.src)
			fetch_blob(card.src).then((url) => { picture.src = url; });
		button.setAttribute('role', 'radio');
		button.dataset.spec = card.spec;
		button.addEventListener('click', () => use_backdrop(card.spec));
		return button;
	}));
	$('gallery').addEventListener('keydown', walk_gallery);
}

/** Arrow keys go from card to card, as among radio buttons. */
function walk_gallery(event) {
	const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
	const cards = [...$('gallery').children], at = cards.indexOf(document.activeElement);
	if (!step || at < 0)
		return;
	event.preventDefault();
	const next = cards[(at + step + cards.length) % cards.length];
	next.focus();
	use_backdrop(next.dataset.spec);
}

async function use_backdrop(spec) {
	await command('backdrop', spec);
	refresh();
}

function mark_backdrop(spec) {
	const cards = [...$('gallery').children];
	const kind = spec.startsWith('blur:') ? 'blur' : spec;
	const chosen = cards.find((card) => card.dataset.spec === kind);
	for (const card of cards) {
		card.setAttribute('aria-checked', card === chosen);
		card.tabIndex = card === (chosen || cards[0]) ? 0 : -1;
	}
}

$('other').addEventListener('submit', (event) => {
	event.preventDefault();
	if ($('spec').value)
		use_backdrop($('spec').value);
});

$('camera-form').addEventListener('submit', async (event) => {
	event.preventDefault();
	await command('camera', $('camera').value || 'auto');
	refresh();
});

// --- forms

const SKIPPED = ['backdrop', 'keep-out', 'camera']; // they have their own place on the page

function control_for(setting) {
	const id = 'set-' + setting.name;
	const send = (value) => command('set', setting.name, value).then(refresh);
	if (setting.switch || ['yes', 'no'].includes(setting.default)) {
		const box = element('input', { id, type: 'checkbox' });
		box.addEventListener('change', () => send(box.checked ? 'yes' : 'no'));
		return { control: box, show: (value) => { box.checked = value === 'yes'; } };
	}
	if (setting.choices && !setting.free) {
		const options = setting.choices.map((value) => element('option', { value, textContent: value }));
		const list = element('select', { id }, ...options);
		list.addEventListener('change', () => send(list.value));
		return { control: list, show: (value) => { list.value = value; } };
	}
	if (setting.most !== undefined && setting.most - setting.least <= 1000 && !setting.none)
		return slider(setting, id, send);
	const text = element('input', { id, type: 'text', autocomplete: 'off', spellcheck: false });
	text.addEventListener('change', () => send(text.value || setting.none || setting.default || ''));
	return { control: text, show: (value) => { if (document.activeElement !== text) text.value = value; } };
}

function slider(setting, id, send) {
	const range = element('input', { id, type: 'range', min: setting.least, max: setting.most });
	const shown = element('output', { htmlFor: id });
	range.addEventListener('input', () => { shown.textContent = range.value; });
	range.addEventListener('change', () => send(range.value));
	return {
		control: element('div', { className: 'slide' }, range, shown),
		show: (value) => {
			if (document.activeElement !== range || !range.matches(':active'))
				range.value = value;
			shown.textContent = range.value;
		},
	};
}

const shows = {};

function fill_forms(settings) {
	const groups = new Map();
	for (const setting of settings.filter((one) => one.live && !one.list && !SKIPPED.includes(one.name))) {
		const { control, show } = control_for(setting);
		const text = setting.name.replaceAll('-', ' ');
		const label = element('label', { htmlFor: 'set-' + setting.name, textContent: text });
		const help = element('small', { id: 'help-' + setting.name, textContent: setting.help });
		const input = control.matches('input, select') ? control : control.querySelector('input');
		input.setAttribute('aria-describedby', help.id);
		shows[setting.name] = show;
		if (!groups.has(setting.group))
			groups.set(setting.group,
				element('fieldset', {}, element('legend', { textContent: setting.group })));
		groups.get(setting.group).append(element('div', { className: 'field' }, label, control, help));
	}
	$('forms').replaceChildren(...groups.values());
}

async function refresh() {
	const answer = await command('get');
	if (!answer)
		return;
	for (const [name, value] of Object.entries(answer.settings))
		shows[name]?.(value);
	zones = answer.settings['keep-out'].map(parse_zone).filter(Boolean);
	mark_backdrop(answer.settings.backdrop);
	if (document.activeElement !== $('camera'))
		$('camera').value = answer.settings.camera;
	draw_zones();
}

// --- state and figures

const STATES = {
	idle: 'nobody watches',
	opening: 'opening the camera',
	live: 'live',
	covered: 'backdrop only',
	paused: 'paused',
};

function draw_graph(name, value, unit, digits) {
	const canvas = $(name), pen = canvas.getContext('2d'), values = history_of[name];
	values.push(value);
	values.splice(0, values.length - MINUTE);
	$(name + '-now').textContent = value.toFixed(digits) + unit;
	canvas.width = canvas.clientWidth;
	canvas.height = canvas.clientHeight;
	const top = Math.max(...values, 1) * 1.1;
	pen.strokeStyle = getComputedStyle(canvas).color;
	pen.lineWidth = 2;
	pen.beginPath();
	values.forEach((one, i) => {
		const x = (i + MINUTE - values.length) / (MINUTE - 1);
		pen.lineTo(x * canvas.width, (1 - one / top) * canvas.height);
	});
	pen.stroke();
}

function facts(status) {
	const rows = [['Camera', status.camera || 'closed'], ['Network', status.model]];
	for (const output of status.outputs) {
		const readers = output.readers.map((one) => one.name).join(', ');
		rows.push(['Output', output.name + (readers ? ', open in ' + readers : '')]);
	}
	const { frames, dropped, damaged } = status;
	rows.push(['Frames', `${frames} shown, ${dropped} dropped by the camera, ${damaged} damaged`]);
	$('facts').replaceChildren(...rows.flatMap(([name, text]) => [
		element('dt', { textContent: name }), element('dd', { textContent: text }),
	]));
}

async function poll() {
	const answer = await command('status');
	if (answer) {
		status_now = answer.status;
		$('state').textContent = STATES[status_now.state] || status_now.state;
		$('state').dataset.state = status_now.state;
		if (!document.hidden)
			show_picture(); // again, if it has ended
		$('pause').setAttribute('aria-pressed', status_now.state === 'paused');
		$('pause').textContent = status_now.state === 'paused' ? 'Resume' : 'Pause';
		$('notice').textContent = 'The backdrop is shown alone: ' + status_now.trouble;
		$('notice').hidden = !status_now.trouble;
		draw_graph('fps', status_now.fps, ' per second', 1);
		draw_graph('cpu', status_now.cpu_percent, ' % of one core', 0);
		draw_graph('latency', status_now.latency_ms.p50, ' ms', 1);
		facts(status_now);
	}
	setTimeout(poll, document.hidden ? 5000 : 1000);
}

$('pause').addEventListener('click', () => {
	command($('pause').getAttribute('aria-pressed') === 'true' ? 'resume' : 'pause');
});
$('save').addEventListener('click', async () => {
	const answer = await command('save');
	const but = answer?.overridden ? `, but the command line overrides: ${answer.overridden}` : '';
	if (answer)
		say(`Saved to ${answer.file}${but}`);
});

async function start() {
	const answer = await post('/login')
		.catch(() => ({ ok: false, error: 'potemkin is not running' }));
	if (!answer.ok) {
		gone();
		return say(`Not connected: ${answer.error}. Run "potemkin ui" to open this page.`);
	}
	token = answer.token;
	sessionStorage.setItem('token', token);
	const all = await command('describe');
	if (!all)
		return undefined;
	fill_gallery(all.backdrops);
	fill_forms(all.settings);
	await refresh();
	show_picture();
	return poll();
}

start();
