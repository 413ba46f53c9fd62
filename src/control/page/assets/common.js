// SPDX-License-Identifier: MIT
// What all parts of the page use: requests, messages, elements.
'use strict';

let token = location.hash.slice(1) || sessionStorage.getItem('token') || ''; // first the ticket of the address
history.replaceState(null, '', '/'); // it is not for screenshots and bookmarks

const $ = (id) => document.getElementById(id);

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
