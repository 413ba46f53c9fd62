// SPDX-License-Identifier: MIT
// The page of a running potemkin. All it knows comes from the commands of the control socket.
'use strict';

$('camera-form').addEventListener('submit', async (event) => {
	event.preventDefault();
	await command('camera', $('camera').value || 'auto');
	refresh();
});

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

const STATES = {
	idle: 'nobody watches',
	opening: 'opening the camera',
	live: 'live',
	covered: 'backdrop only',
	paused: 'paused',
};

let status_now = null;

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
