// SPDX-License-Identifier: MIT
// The live picture: parts of a multipart response, which an image could not fetch, as it sends no token.
'use strict';

async function fetch_blob(path) {
	const answer = await fetch(path, { headers: { 'X-Potemkin-Token': token } });
	if (!answer.ok)
		throw new Error(answer.statusText);
	return URL.createObjectURL(await answer.blob());
}

function put_picture(bytes) {
	const before = $('picture').src;
	$('picture').src = URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' }));
	if (before)
		URL.revokeObjectURL(before);
}

/** The first whole part of the bytes, and what comes behind it; null: it is not complete. */
function take_part(bytes) {
	const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
	const found = head.match(/Content-Length: (\d+)\r\n\r\n/);
	if (!found)
		return null;
	const begin = found.index + found[0].length, end = begin + Number(found[1]);
	return bytes.length < end ? null : { part: bytes.slice(begin, end), rest: bytes.slice(end) };
}

async function play(width, signal) {
	const answer = await fetch('/stream?width=' + width, { headers: { 'X-Potemkin-Token': token }, signal });
	const reader = answer.body.getReader();
	let bytes = new Uint8Array(0);
	for (;;) {
		const { done, value } = await reader.read();
		if (done)
			return;
		const more = new Uint8Array(bytes.length + value.length);
		more.set(bytes);
		more.set(value, bytes.length);
		bytes = more;
		for (let taken = take_part(bytes); taken; taken = take_part(bytes)) {
			put_picture(taken.part);
			bytes = taken.rest;
		}
	}
}

/** In a width that fits the window; again, if it has ended. */
function show_picture() {
	const width = Math.ceil($('frame').clientWidth * Math.min(devicePixelRatio, 2) / 160) * 160;
	if (!width || document.hidden || width === show_picture.width)
		return;
	hide_picture();
	const playing = new AbortController();
	show_picture.width = width;
	show_picture.playing = playing;
	play(width, playing.signal)
		.catch(() => {}) // poll tells whether the program is there
		.finally(() => {
			if (show_picture.playing === playing)
				show_picture.width = 0;
		});
}

function hide_picture() {
	show_picture.playing?.abort(); // nothing is encoded for a page that nobody sees
	show_picture.width = 0;
}

document.addEventListener('visibilitychange', () => (document.hidden ? hide_picture() : show_picture()));
addEventListener('resize', () => {
	clearTimeout(show_picture.timer);
	show_picture.timer = setTimeout(show_picture, 300);
});

/** Frames have the picture's shape, so that zones lie where they are drawn. */
$('picture').addEventListener('load', () => {
	const ratio = $('picture').naturalWidth / $('picture').naturalHeight;
	if (ratio === show_picture.ratio)
		return;
	show_picture.ratio = ratio;
	$('views').style.setProperty('--ratio', ratio);
	fit_zones();
});

function mirror_view() {
	$('frame').classList.toggle('mirrored', $('mirror-view').checked);
	$('mask').classList.toggle('mirrored', $('mirror-view').checked);
	localStorage.setItem('mirror', $('mirror-view').checked);
}

$('mirror-view').checked = localStorage.getItem('mirror') === 'true';
$('mirror-view').addEventListener('change', mirror_view);
mirror_view();
