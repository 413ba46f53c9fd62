// SPDX-License-Identifier: MIT
// The gallery of backdrops.
'use strict';

function fill_gallery(backdrops) {
	const cards = backdrops.map(
		({ name, title }) => ({ spec: 'builtin:' + name, title, src: '/thumbnail/' + name }));
	cards.push(
		{ spec: 'blur', title: 'Blurred room: no letters up to 8 % of its height', swatch: 'blur' },
		{ spec: 'blur:12', title: 'Soft background: the room is recognised', swatch: 'soft' },
		{ spec: 'green', title: 'Chroma-key green', swatch: 'green' },
	);
	$('gallery').replaceChildren(...cards.map((card) => {
		const picture = card.src
			? element('img', { alt: '' })
			: element('span', { className: 'swatch ' + card.swatch });
		const name = element('span', { className: 'name', textContent: card.title });
		const button = element('button', { type: 'button' }, picture, name);
		if (card.src)
			fetch_blob(card.src).then((url) => { picture.src = url; }).catch(() => {});
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
	await command_at($('spec-error'), 'backdrop', spec);
	refresh();
}

function mark_backdrop(spec) {
	const cards = [...$('gallery').children];
	const strength = spec.startsWith('blur:') ? Number(spec.slice(5)) : NaN;
	const kind = strength >= 1 && strength <= 20 ? 'blur:12' : strength >= 0 ? 'blur' : spec;
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
