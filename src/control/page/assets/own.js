// SPDX-License-Identifier: MIT
// The user's own backdrops: they are cards of the gallery, too; more are added by a button or dropped on the page.
'use strict';

const MOST_UPLOAD = 64 << 20; // bytes; the server refuses more, too

const damaged = () => element('span', { className: 'swatch damaged', textContent: 'cannot be read' });

function own_card({ name, path, film }) {
	const picture = film
		? element('span', { className: 'swatch film', textContent: '▶' })
		: element('img', { alt: '' });
	const title = element('span', { className: 'name', textContent: name.replace(/\.[^.]*$/, '') });
	const card = element('button', { type: 'button', title: name }, picture, title);
	if (!film)
		fetch_blob('/own/' + encodeURIComponent(name)).then((url) => { picture.src = url; })
			.catch(() => picture.replaceWith(damaged()));
	card.setAttribute('role', 'radio');
	card.dataset.spec = path;
	card.dataset.own = name;
	card.addEventListener('click', () => use_backdrop(path));
	return card;
}

async function fill_own() {
	const answer = await fetch('/own', { headers: { 'X-Potemkin-Token': token } }).then((got) => got.json());
	document.querySelectorAll('#gallery [data-own]').forEach((card) => card.remove());
	$('gallery').append(...(answer.files || []).map(own_card));
}

/** The card that is chosen, if it is one of the user's own. */
const chosen_own = () => document.querySelector('#gallery [data-own][aria-checked="true"]');

async function upload(file) {
	if (file.size > MOST_UPLOAD)
		return say(`${file.name}: larger than 64 MB`);
	say(`Adding ${file.name}`);
	const answer = await fetch('/upload?name=' + encodeURIComponent(file.name), {
		method: 'POST',
		headers: { 'X-Potemkin-Token': token },
		body: file,
	}).then((got) => got.json()).catch(() => ({ error: `${file.name}: it could not be sent` }));
	if (!answer.ok)
		return say(answer.error);
	say(`Added ${file.name}`);
	await fill_own();
	return use_backdrop(answer.path);
}

async function upload_all(files) {
	for (const file of files)
		await upload(file);
}

async function remove_own() {
	const card = chosen_own();
	if (!card || !confirm(`Remove ${card.dataset.own} from your backdrops? The file is deleted.`))
		return;
	const { own, spec } = card.dataset;
	await use_backdrop('builtin:office');
	const answer = await post('/own/remove', { name: own })
		.catch(() => ({ error: `${own}: it could not be removed` }));
	say(answer.ok ? `Removed ${own}` : answer.error);
	await fill_own();
	if (!answer.ok)
		use_backdrop(spec);
}

const add = element('button',
	{ id: 'add-own', type: 'button', className: 'quiet', textContent: '+ Add a picture or film' });
const remove = element('button', { id: 'remove-own', type: 'button', className: 'quiet', hidden: true,
	textContent: 'Remove' });
const chooser = element('input', { id: 'choose-own', type: 'file', accept: 'image/*,video/*', multiple: true,
	hidden: true, ariaLabel: 'Pictures and films to add' });
$('gallery').after(element('div', { className: 'own' }, add, remove, chooser));
add.addEventListener('click', () => chooser.click());
remove.addEventListener('click', remove_own);
chooser.addEventListener('change', async () => {
	await upload_all([...chooser.files]);
	chooser.value = '';
});

new MutationObserver(() => {
	const card = chosen_own();
	remove.hidden = !card;
	if (card)
		remove.textContent = `Remove “${card.querySelector('.name').textContent}”`;
}).observe($('gallery'), { attributes: true, attributeFilter: ['aria-checked'], childList: true, subtree: true });

const holds_files = (event) => event.dataTransfer && [...event.dataTransfer.types].includes('Files');
document.addEventListener('dragover', (event) => {
	if (!holds_files(event))
		return;
	event.preventDefault();
	document.body.classList.add('drop');
});
document.addEventListener('dragleave', (event) => {
	if (!event.relatedTarget)
		document.body.classList.remove('drop');
});
document.addEventListener('drop', (event) => {
	document.body.classList.remove('drop');
	if (!holds_files(event))
		return;
	event.preventDefault();
	upload_all([...event.dataTransfer.files]);
});
