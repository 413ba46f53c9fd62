// SPDX-License-Identifier: MIT
// The mask beside the picture. Each request gives the mask of the next frame; none is made while nobody asks.
'use strict';

const MASK_PAUSE = 60; // ms

function put_mask(blob) {
	const before = $('mask').src;
	$('mask-notice').hidden = Boolean(blob);
	$('mask').hidden = !blob;
	if (blob)
		$('mask').src = URL.createObjectURL(blob);
	if (before)
		URL.revokeObjectURL(before);
}

async function follow_mask() {
	while ($('show-mask').checked && !document.hidden) {
		const answer = await fetch('/mask', { headers: { 'X-Potemkin-Token': token } });
		put_mask(answer.status === 200 ? await answer.blob() : null);
		await new Promise((done) => { setTimeout(done, MASK_PAUSE); });
	}
}

function show_mask() {
	const wanted = $('show-mask').checked;
	$('mask-view').hidden = !wanted;
	$('views').classList.toggle('two', wanted);
	fit_zones();
	show_picture(); // in its new size
	if (show_mask.runs || !wanted || document.hidden)
		return;
	show_mask.runs = true;
	follow_mask()
		.catch(() => put_mask(null))
		.finally(() => { show_mask.runs = false; });
}

$('show-mask').addEventListener('change', show_mask);
document.addEventListener('visibilitychange', show_mask);
