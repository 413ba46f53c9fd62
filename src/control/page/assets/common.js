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
	return { ...await answer.json(), stranger: answer.status === 403 };
}

function say(text) {
	$('message').textContent = text;
	$('message').hidden = false;
	clearTimeout(say.timer);
	say.timer = setTimeout(() => { $('message').hidden = true; }, 8000);
}

const READING = ['status', 'examine', 'get', 'describe']; // the page asks these by itself

/** What was refused before is over with the next change of anything. */
function forget_errors() {
	document.querySelectorAll('p.error').forEach((place) => { place.hidden = true; });
	document.querySelectorAll('[aria-invalid="true"]').forEach((one) => one.setAttribute('aria-invalid', false));
}

/** Run a command. Its failure, which gives null, is said in `place`, beside the control, or else at the page's edge. */
async function command_at(place, name, ...args) {
	try {
		const answer = await post('/api/' + name, { args });
		if (answer.stranger) {
			lock_out('Potemkin was started again, and does not know this page any more.');
			return null;
		}
		if (!READING.includes(name))
			forget_errors();
		if (place) {
			place.textContent = answer.ok ? '' : answer.error;
			place.hidden = answer.ok;
		} else if (!answer.ok) {
			say(answer.error);
		}
		return answer.ok ? answer : null;
	} catch (error) {
		gone();
	}
	return null;
}

const command = (name, ...args) => command_at(null, name, ...args);

function gone() {
	show_state('gone', 'potemkin is not running');
}

/** The program runs, but does not let this page in; that stays on the page. */
function lock_out(why) {
	show_state('gone', 'not connected');
	$('notice').textContent = why + ' "potemkin ui" opens the page anew.';
	$('notice').hidden = false;
}

function show_state(state, words) {
	$('state').textContent = words;
	$('state').dataset.state = state;
	document.title = state === 'live' ? 'Potemkin' : `Potemkin: ${words}`;
}

function element(tag, properties, ...children) {
	const made = Object.assign(document.createElement(tag), properties);
	made.append(...children);
	return made;
}

/** Calls `send` with the newest value only, one call after another; `busy` is true meanwhile. */
function newest_only(send) {
	let waits = false, value = null;
	const put = async (wanted) => {
		value = wanted;
		waits = true;
		if (put.busy)
			return;
		put.busy = true;
		while (waits) {
			waits = false;
			await send(value);
		}
		put.busy = false;
	};
	put.busy = false;
	return put;
}
