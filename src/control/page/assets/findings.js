// SPDX-License-Identifier: MIT
// What is missing or wrong on this machine, and what to do about it.
'use strict';

const VERDICTS = { fault: 'Problem', hint: 'Hint' };

function finding_item({ verdict, what, why, fix }) {
	const item = element('li', { className: verdict },
		element('span', { className: 'badge', textContent: VERDICTS[verdict] }),
		element('strong', { textContent: what.charAt(0).toUpperCase() + what.slice(1) }));
	if (why)
		item.append(element('p', { textContent: `Why: ${why}.` }));
	if (fix)
		item.append(element('p', { className: 'fix' }, 'To do: ', element('code', { textContent: fix })));
	return item;
}

function show_findings(all) {
	const open = all.filter(({ verdict }) => verdict !== 'good'), good = all.length - open.length;
	const list = open.map(finding_item);
	if (good)
		list.push(element('li', { className: 'good' },
			element('span', { className: 'badge', textContent: 'Good' }),
			all.filter(({ verdict }) => verdict === 'good').map(({ what }) => what).join('; ')));
	$('findings').replaceChildren(...list);
	$('findings-summary').textContent = open.length
		? `${open.length} of ${all.length} ${open.length === 1 ? 'asks' : 'ask'} for attention`
		: 'All is well';
}

async function examine() {
	$('examine').disabled = true;
	$('findings-summary').textContent = 'Checking …';
	const answer = await command('examine');
	$('examine').disabled = false;
	if (!answer) {
		$('findings-summary').textContent = 'The check did not end';
		return;
	}
	show_findings(answer.findings);
	cameras = answer.cameras;
	show_cameras();
}

$('examine').addEventListener('click', examine);
