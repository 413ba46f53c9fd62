// SPDX-License-Identifier: MIT
// The page of a running potemkin. All it knows comes from the commands of the control socket.
'use strict';

const STATES = {
	idle: 'nobody watches',
	opening: 'opening the camera',
	live: 'live',
	covered: 'backdrop only',
	paused: 'paused',
};

async function refresh() {
	const answer = await command('get');
	if (!answer)
		return;
	for (const [name, value] of Object.entries(answer.settings))
		fields[name]?.show(value);
	show_zones(answer.settings['keep-out']);
	mark_backdrop(answer.settings.backdrop);
	camera_now = answer.settings.camera;
	show_cameras();
}

function fill_profiles(names) {
	const list = ['none', ...names].map((value) => element('option', { value, textContent: value }));
	$('profile').replaceChildren(...list);
	$('profile-label').hidden = !names.length;
}

function show_status(status) {
	const paused = status.state === 'paused';
	show_state(status.state, STATES[status.state] || status.state);
	$('pause').setAttribute('aria-pressed', paused);
	$('pause').textContent = paused ? 'Resume' : 'Pause';
	$('notice').textContent = 'The backdrop is shown alone: ' + status.trouble;
	$('notice').hidden = !status.trouble;
	if (document.activeElement !== $('profile'))
		$('profile').value = status.profile || 'none';
	show_crop(status.crop);
	show_figures(status);
}

async function poll() {
	const answer = await command('status');
	if (answer) {
		show_status(answer.status);
		show_picture();
	}
	clearTimeout(poll.timer);
	poll.timer = setTimeout(poll, document.hidden ? 5000 : 1000);
}

$('pause').addEventListener('click', async () => {
	await command($('pause').getAttribute('aria-pressed') === 'true' ? 'resume' : 'pause');
	poll();
});
$('save').addEventListener('click', async () => {
	const answer = await command('save');
	const but = answer?.overridden ?
		`, but potemkin's command line will override it at the next start: ${answer.overridden}` : '';
	if (answer)
		say(answer.file ? `Saved to ${answer.file}${but}` : 'Nothing to save: nothing has changed');
});
$('profile').addEventListener('change', async () => {
	await command('profile', $('profile').value);
	$('profile').blur();
	refresh();
	poll();
});

async function start() {
	const answer = await post('/login').catch(() => null);
	if (!answer) {
		gone();
		return say('Not connected: potemkin is not running. Run "potemkin ui" to open this page.');
	}
	if (!answer.ok)
		return lock_out(`This address ${token ? 'has been used already' : 'lacks its key'}.`);
	token = answer.token;
	sessionStorage.setItem('token', token);
	const all = await command('describe');
	if (!all)
		return undefined;
	fill_gallery(all.backdrops);
	await fill_own();
	fill_forms(all.settings);
	fill_profiles(all.profiles);
	await refresh();
	poll();
	return examine();
}

start();
