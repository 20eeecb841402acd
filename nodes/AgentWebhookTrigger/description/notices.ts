import type { INodeProperties } from 'n8n-workflow';

import type {
	AuthenticationMethod,
	AuthenticationRule,
} from '../../../core/platforms/authentication';
import { PLATFORMS, listRequestKinds } from '../../../core/platforms';
import { notice } from '../../shared/properties/notice';

import { AS_THE_PLATFORM } from '../webhook/triggerParameters';

const METHOD_NAMES: Record<AuthenticationMethod, string> = {
	urlToken: 'a URL token',
	bearer: 'a Bearer token',
	basic: 'a user and password',
	signature: 'a signature',
};

function ruleText({ methods, require }: AuthenticationRule): string {
	const names = methods.map((method) => METHOD_NAMES[method]);
	const last = names.pop();
	const unchecked = methods.includes('signature')
		? ''
		: ' Signatures are not checked: add "Signature" for that.';
	return require === 'any'
		? `The platform’s callers bring ${names.join(', ')} or ${last}: one that the credential holds is enough.${unchecked}`
		: `Callers bring ${names.join(', ')} and ${last}: all of them that the credential holds.${unchecked}`;
}

/** What "As the Platform Asks" comes to, where it is not the platform's signature alone. */
function ruleNotices(): INodeProperties[] {
	const groups = new Map<string, { text: string; kind: string; platforms: string[] }>();
	for (const profile of PLATFORMS) {
		for (const { authentication, id: kind } of listRequestKinds(profile)) {
			if (authentication.methods.length === 1) continue;
			const text = ruleText(authentication);
			const group = groups.get(kind + text) ?? { text, kind, platforms: [] };
			groups.set(kind + text, group);
			group.platforms.push(profile.id);
		}
	}
	return [...groups.values()].map(({ kind, platforms, text }) =>
		notice('ruleNotice', text, {
			show: {
				platform: platforms,
				requestKind: [kind],
				authenticationMethods: [AS_THE_PLATFORM],
			},
		}),
	);
}

/** What a choice of authentication comes to. They stand below it. */
export const authenticationNotices: INodeProperties[] = [
	...ruleNotices(),
	notice(
		'openNotice',
		'Without authentication anyone who knows the URL can start this workflow. Choose at least one method.',
		{ hide: { authenticationMethods: [{ _cnd: { exists: true } }] } },
	),
];

/** What a way to respond comes to. They stand below it. */
export const responseNotices: INodeProperties[] = [
	notice(
		'responseNodeNotice',
		'An Agent Webhook node with the operation Webhook → Respond must run further on: callers wait for it, and get an empty 200 where it does not.',
		{ show: { responseMode: ['responseNode'] } },
	),
	notice(
		'lastNodeNotice',
		'Callers wait until the whole workflow has ended. Most give up after some seconds and call again.',
		{ show: { responseMode: ['lastNode'] } },
	),
];
