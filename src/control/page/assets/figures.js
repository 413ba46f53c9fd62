// SPDX-License-Identifier: MIT
// The state in figures: graphs of the last minute, and facts.
'use strict';

const MINUTE = 60;
const history_of = { fps: [], cpu: [], latency: [] };

function draw_graph(name, value, unit, digits) {
	const canvas = $(name), pen = canvas.getContext('2d'), values = history_of[name];
	values.push(value);
	values.splice(0, values.length - MINUTE);
	$(name + '-now').textContent = value.toFixed(digits) + unit;
	canvas.width = canvas.clientWidth * devicePixelRatio;
	canvas.height = canvas.clientHeight * devicePixelRatio;
	const { width, height } = canvas, top = Math.max(...values, 1) * 1.15, colour = getComputedStyle(canvas).color;
	const path = new Path2D();
	values.forEach((one, i) => path.lineTo(
		(i + MINUTE - values.length) / (MINUTE - 1) * width, (1 - one / top) * height));
	pen.strokeStyle = pen.fillStyle = colour;
	pen.lineWidth = 2 * devicePixelRatio;
	pen.lineJoin = 'round';
	pen.stroke(path);
	path.lineTo(width, height);
	path.lineTo((MINUTE - values.length) / (MINUTE - 1) * width, height);
	pen.globalAlpha = 0.14;
	pen.fill(path);
}

function readers_of(output) {
	return output.readers.length
		? `open in ${output.readers.map(({ name }) => name).join(', ')}`
		: '';
}

function facts(status) {
	const { frames, dropped, damaged } = status;
	const rows = [
		['Camera', status.camera || 'closed'],
		...status.outputs.map((output) => [
			'Output',
			[output.name, output.ended && 'ended', readers_of(output)].filter(Boolean).join(', ')]),
		['Network', status.model],
		['Frames', `${frames.toLocaleString('en')} shown, ${dropped} dropped, ${damaged} damaged`],
	];
	$('facts').replaceChildren(...rows.flatMap(([name, text]) => [
		element('dt', { textContent: name }), element('dd', { textContent: text }),
	]));
}

function show_figures(status) {
	draw_graph('fps', status.fps, ' /s', 1);
	draw_graph('cpu', status.cpu_percent, ' % of a core', 0);
	draw_graph('latency', status.latency_ms.p50, ' ms', 1);
	facts(status);
}
