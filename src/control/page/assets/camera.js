// SPDX-License-Identifier: MIT
// The camera: one of those that the machine has, or what is typed.
'use strict';

const OTHER = 'other'; // no camera is called so
let cameras = []; // { spec, title, busy, error }
let camera_now = 'auto';

function camera_options() {
	const known = cameras.filter(({ spec }) => !spec.includes('PATH'));
	const list = [{ spec: 'auto', title: 'The best one' }, ...known];
	if (!list.some(({ spec }) => spec === camera_now))
		list.push({ spec: camera_now, title: '' });
	return [
		...list.map(({ spec, title, busy, error }) => {
			const why = error || (busy && spec !== camera_now ? 'in use' : '');
			return [spec, `${title ? `${title}, ` : ''}${spec}${why ? ` (${why})` : ''}`];
		}),
		[OTHER, 'Another one …'],
	];
}

function show_cameras() {
	if ($('camera').value === OTHER && !$('camera-other').hidden)
		return; // it is being typed
	$('camera').replaceChildren(...camera_options().map(
		([value, textContent]) => element('option', { value, textContent })));
	$('camera').value = camera_now;
}

async function use_camera(spec) {
	const done = await command_at($('camera-error'), 'camera', spec);
	if (done)
		$('camera-other').hidden = true;
	$('camera').value = camera_now;
	await refresh();
	return done;
}

function camera_field() {
	const list = element('select', { id: 'camera' });
	const text = element('input', { id: 'camera-spec', type: 'text', autocomplete: 'off', spellcheck: false });
	const other = element('form', { id: 'camera-other', className: 'pair', hidden: true }, text,
		element('button', { type: 'submit', className: 'quiet', textContent: 'Use' }));
	const error = element('p', { id: 'camera-error', className: 'error', hidden: true });
	const name = element('label', { htmlFor: 'camera', textContent: 'Camera' });
	error.setAttribute('role', 'alert');
	text.setAttribute('aria-label', 'Another camera: /dev/video0, pipewire:NAME, or file:PATH');
	text.placeholder = '/dev/video0, pipewire:NAME, file:PATH';
	list.setAttribute('aria-describedby', error.id);
	list.addEventListener('change', () => {
		other.hidden = list.value !== OTHER;
		if (other.hidden)
			use_camera(list.value);
		else
			text.focus();
	});
	other.addEventListener('submit', (event) => {
		event.preventDefault();
		use_camera(text.value || 'auto');
	});
	return element('div', { className: 'field tall' }, name, list, other, error);
}
