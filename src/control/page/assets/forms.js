// SPDX-License-Identifier: MIT
// Forms, made from what "describe" says of each setting.
'use strict';

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
