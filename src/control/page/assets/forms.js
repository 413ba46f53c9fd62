// SPDX-License-Identifier: MIT
// Forms, made from what "describe" says of each setting.
'use strict';

// Where people look for a setting; what is named nowhere follows by its group. The first sections are open.
const SECTIONS = [
	{ title: 'You', names: ['light', 'auto-frame', 'people', 'mirror'], open: true },
	{ title: 'Behind you', names: ['fade', 'match', 'fit'], group: 'backdrop', open: true },
	{ title: 'Name and logo', names: [], begins: ['caption', 'overlay'] },
	{ title: 'Edges', names: ['smooth', 'light-wrap', 'feather', 'erode', 'dilate'], group: 'mask' },
	{ title: 'Camera', names: ['camera', 'rotate', 'flip'], group: 'pictures' },
	{ title: 'Speed', names: ['cpu-limit', 'model'], group: 'network' },
	{ title: 'More', names: [], group: 'program' },
];
const TITLES = { 'cpu-limit': 'CPU limit', 'motion-gate': 'Rest while nothing moves', plate: 'Remember the room',
	'auto-frame': 'Follow me' };
const ELSEWHERE = ['backdrop', 'keep-out']; // they have a place of their own on the page

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function section_of(setting) {
	const named = SECTIONS.find(({ names, begins }) =>
		names.includes(setting.name) || begins?.some((head) => setting.name.startsWith(head)));
	return named || SECTIONS.find(({ group }) => group === setting.group) || SECTIONS.at(-1);
}

const is_switch = (setting) => setting.switch || ['yes', 'no'].includes(setting.default);
const is_number = (setting) => setting.most !== undefined;

/** Each gives the control of a setting, and how to show and to read its value. */
function switch_for(id) {
	const control = element('input', { id, type: 'checkbox' });
	control.setAttribute('role', 'switch');
	return {
		control, kind: 'line', event: 'change',
		read: () => (control.checked ? 'yes' : 'no'),
		show: (value) => { control.checked = value === 'yes'; },
	};
}

function list_for(id, setting) {
	const options = setting.choices.map((value) => element('option', { value, textContent: value }));
	const control = element('select', { id }, ...options);
	return {
		control, kind: 'line', event: 'change',
		read: () => control.value,
		show: (value) => { control.value = value; },
	};
}

function slider_for(id, setting) {
	const { least, most } = setting;
	const unit = setting.unit ? ' ' + setting.unit : '';
	const control = element('input', { id, type: 'range', min: least, max: most, step: most > 1 ? 1 : 0.01 });
	const number = element('output', { htmlFor: id });
	control.addEventListener('input', () => { number.textContent = control.value + unit; });
	return {
		control, number, kind: 'slide', event: 'input',
		read: () => control.value,
		show: (value) => {
			control.value = value;
			number.textContent = control.value + unit;
		},
	};
}

/** A number that may be left to the program, or a text; empty stands for "nothing is set". */
function text_for(id, setting) {
	const nothing = setting.none || '';
	const control = element('input',
		{ id, type: 'text', autocomplete: 'off', spellcheck: false, placeholder: nothing });
	if (is_number(setting))
		control.inputMode = 'decimal';
	return {
		control, kind: is_number(setting) ? 'line' : 'tall', event: 'change',
		read: () => control.value.trim() || nothing || setting.default || '',
		show: (value) => {
			if (document.activeElement !== control)
				control.value = value === nothing ? '' : value;
		},
	};
}

function control_for(setting) {
	const id = 'set-' + setting.name;
	if (is_switch(setting))
		return switch_for(id);
	if (setting.choices && !setting.free)
		return list_for(id, setting);
	if (is_number(setting) && setting.most - setting.least <= 1000 && !setting.none)
		return slider_for(id, setting);
	return text_for(id, setting);
}

const fields = {};

function field_for(setting) {
	const made = control_for(setting), { control, number } = made, title = TITLES[setting.name];
	const words = title || capital(setting.name.replaceAll('-', ' '));
	const label = element('label', { htmlFor: control.id, textContent: words });
	const help = element('small', { id: 'help-' + setting.name, textContent: capital(setting.help) });
	const error = element('p', { id: 'error-' + setting.name, className: 'error', hidden: true });
	const back = element('button', { type: 'button', className: 'back', textContent: '↺', hidden: true });
	const put = newest_only(async (value) => {
		const done = await command_at(error, 'set', setting.name, value);
		control.setAttribute('aria-invalid', !done);
		await refresh();
	});
	error.setAttribute('role', 'alert');
	control.setAttribute('aria-describedby', `${help.id} ${error.id}`);
	control.addEventListener(made.event, () => put(made.read()));
	back.title = `Back to ${setting.default}`;
	back.setAttribute('aria-label', `${words}: back to ${setting.default}`);
	back.addEventListener('click', () => {
		control.focus(); // this button disappears
		put(setting.default);
	});
	fields[setting.name] = {
		show: (value) => {
			back.hidden = setting.default === undefined || value === setting.default;
			if (!put.busy)
				made.show(value);
		},
	};
	const head = element('div', { className: 'head' }, label);
	if (setting.unit && !number)
		head.append(element('span', { className: 'unit', textContent: setting.unit }));
	head.append(back, ...(number ? [number] : []));
	return element('div', { className: `field ${made.kind}` }, head, control, help, error);
}

function fill_forms(settings) {
	const live = settings.filter(({ live, list, name }) => live && !list && !ELSEWHERE.includes(name));
	const order = (section) => ({ name }) => {
		const place = section.names.indexOf(name);
		return place < 0 ? section.names.length : place;
	};
	const made = SECTIONS.map((section) => {
		const rank = order(section);
		const inside = live.filter((setting) => section_of(setting) === section)
			.sort((a, b) => rank(a) - rank(b))
			.map((setting) => (setting.name === 'camera' ? camera_field() : field_for(setting)));
		const title = element('summary', { textContent: section.title });
		const details = element('details', { open: Boolean(section.open) }, title, ...inside);
		return inside.length ? details : null;
	});
	$('forms').replaceChildren(...made.filter(Boolean));
}
