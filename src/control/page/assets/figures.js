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
